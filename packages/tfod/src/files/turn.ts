import { mkdir, open, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A sign of life is put on the file so often; without one for five times as long its maker is taken for dead. */
const BEAT_MS = 2000;
const DEAD_MS = 5 * BEAT_MS;
const LOOK_MS = 200;

export interface TurnOptions {
  /** Heard once when another process has the turn. */
  readonly onWait?: () => void;
  readonly signal?: AbortSignal;
}

/**
 * Does the work when no other process is at work under the same file, so that N processes that need the same
 * thing make it once. It saves work and is no more than that: after a machine slept, two may have the turn, so
 * the work must arrive whole by itself.
 */
export async function takeTurn<T>(
  file: string,
  work: () => Promise<T>,
  { onWait, signal }: TurnOptions = {},
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  let waited = false;
  while (!(await claim(file))) {
    if (!waited) onWait?.();
    waited = true;
    await sleep(LOOK_MS, undefined, { ...(signal && { signal }) });
  }
  const beat = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(file, { force: true });
  }
}

async function claim(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const facts = await stat(file).catch(() => undefined);
    if (facts && Date.now() - facts.mtimeMs > DEAD_MS) await rm(file, { force: true });
    return false;
  }
}
