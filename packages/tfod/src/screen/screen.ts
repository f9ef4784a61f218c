import type { Writable } from 'node:stream';

/** Results, for people or machines. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Progress, warnings, reasons. */
export function report(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Resolves when the system has all that was said. Node writes to pipes when their reader takes it, and Nx ends a process
 * as soon as its work is done, which would cut what a slow reader has not taken yet. A reader that is gone wants nothing.
 */
export async function everythingSaid(
  streams: readonly Writable[] = [process.stdout, process.stderr],
): Promise<void> {
  await Promise.all(
    streams
      .filter(({ writableLength }) => writableLength > 0)
      .map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  );
}
