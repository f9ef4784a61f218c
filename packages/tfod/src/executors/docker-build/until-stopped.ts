import { TfodError } from '../../values/tfod-error';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs work that can be stopped, so that Ctrl-C leaves no half-built image and no temporary folder. */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void =>
    controller.abort(
      new TfodError({
        code: 'BUILD_STOPPED',
        what: `The build was stopped by ${name}`,
        remedy: 'run docker-build again; steps that were finished come from the cache',
      }),
    );
  SIGNALS.forEach((name) => process.once(name, stop));
  try {
    return await work(controller.signal);
  } finally {
    SIGNALS.forEach((name) => process.removeListener(name, stop));
  }
}
