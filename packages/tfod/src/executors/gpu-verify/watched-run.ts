import type { Command } from '../../engine/command';
import { removeContainer } from '../../engine/docker-run';
import type { Ran, RunOptions } from '../../engine/run-command';
import type { Stoppable } from './surroundings';

/** How a container ended, or after how many seconds it was made to. */
export interface Watched extends Ran {
  readonly stoppedAfter: number | undefined;
}

export interface Watch {
  /** Of the container that the command starts. */
  readonly container: string;
  readonly seconds: number;
  readonly onLine?: RunOptions['onLine'];
}

/**
 * Runs a command that waits for a container. One that takes too long is removed, which makes the command end with
 * what the container had printed; one whose command was stopped is removed too.
 */
export async function runWatched(
  command: Command,
  { container, seconds, onLine }: Watch,
  { run, signal }: Stoppable,
): Promise<Watched> {
  let stoppedAfter: number | undefined;
  const remove = (): Promise<unknown> => run(removeContainer(container));
  const timer = setTimeout(() => {
    stoppedAfter = seconds;
    void remove().catch(() => undefined);
  }, seconds * 1000);
  try {
    const ran = await run(command, { signal, ...(onLine && { onLine }) });
    return { ...ran, stoppedAfter };
  } finally {
    clearTimeout(timer);
    if (signal.aborted) await remove();
  }
}
