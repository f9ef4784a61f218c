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
  { code, what, remedy }: Stopped,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void =>
    controller.abort(new TfodError({ code, what: `${what} by ${name}`, remedy }));
  SIGNALS.forEach((name) => process.once(name, stop));
  try {
    return await work(controller.signal);
  } finally {
    SIGNALS.forEach((name) => process.removeListener(name, stop));
  }
}
