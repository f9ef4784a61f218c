import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mustWrite } from '../files/cache-dir';
import type { Owner } from './key';
import { isGone, isLongAgo } from './owner';

/**
 * Gives `work` an empty folder that is removed afterwards, and removes those that dead processes left, or nobody who is known
 * touched for a week. Throws
 * CACHE_DIR_NOT_WRITABLE.
 */
export async function withScratch<T>(
  parent: string,
  owner: Owner,
  work: (folder: string) => Promise<T>,
  nowMs = Date.now(),
): Promise<T> {
  const folder = await mustWrite(parent, async () => {
    await mkdir(parent, { recursive: true });
    await removeAbandoned(parent, owner, nowMs);
    return mkdtemp(join(parent, `${owner.host}-${owner.pid}-`));
  });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeAbandoned(parent: string, self: Owner, nowMs: number): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, host, pid] = /^([0-9a-f]+)-(\d+)-/.exec(name) ?? [];
    if (host === undefined) continue;
    const folder = join(parent, name);
    const isAbandoned =
      isGone({ host, pid: Number(pid) }, self) ||
      (host !== self.host && isLongAgo(await touchedMs(folder, nowMs), nowMs));
    if (isAbandoned) await rm(folder, { recursive: true, force: true });
  }
}

/** One that is gone meanwhile, or cannot be looked at, is left alone. */
async function touchedMs(folder: string, nowMs: number): Promise<number> {
  return stat(folder).then(
    ({ mtimeMs }) => mtimeMs,
    () => nowMs,
  );
}
