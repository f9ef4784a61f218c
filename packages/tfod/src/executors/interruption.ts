/** The caller was told to stop: Ctrl-C, or a SIGTERM from Nx. */
export class Interrupted extends Error {
  constructor(readonly stopSignal: NodeJS.Signals) {
    super(`stopped by ${stopSignal}`);
    this.name = 'Interrupted';
  }
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Hands the work a signal that is aborted, with an `Interrupted` for its reason, when the process is told to stop;
 * the process itself lives on until the work has put away what it began.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => controller.abort(new Interrupted(signal));
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, stop);
  }
}
