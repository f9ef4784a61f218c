import { TfodError } from '../values/tfod-error';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What is told when the work was stopped. */
export interface Stopped {
  readonly code: string;
  /** `The build was stopped`; the name of the signal follows. */
  readonly what: string;
  readonly remedy: string;
}

/**
 * Runs work that can be stopped: Ctrl-C aborts its signal, with a TfodError for the reason, and the process lives
 * on until the work has put away what it began.
 */
export async function untilStopped<T>(
  stopped: Stopped,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, release } = stopSignal(stopped);
  try {
    return await work(signal);
  } finally {
    release();
  }
}

/** The signal of such work; Ctrl-C means it until it is released. */
export function stopSignal({ code, what, remedy }: Stopped): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void =>
    controller.abort(new TfodError({ code, what: `${what} by ${name}`, remedy }));
  SIGNALS.forEach((name) => process.once(name, stop));
  const release = (): void => SIGNALS.forEach((name) => process.removeListener(name, stop));
  return { signal: controller.signal, release };
}
