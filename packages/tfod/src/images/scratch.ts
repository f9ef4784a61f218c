import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mustWrite } from '../files/cache-dir';
import type { Owner } from './key';
import { isGone } from './owner';

/**
 * Gives `work` an empty folder that is removed afterwards, and removes those that dead processes left. Throws
 * CACHE_DIR_NOT_WRITABLE.
 */
export async function withScratch<T>(
  parent: string,
  owner: Owner,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mustWrite(parent, async () => {
    await mkdir(parent, { recursive: true });
    await removeAbandoned(parent, owner);
    return mkdtemp(join(parent, `${owner.host}-${owner.pid}-`));
  });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeAbandoned(parent: string, self: Owner): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, host, pid] = /^([0-9a-f]+)-(\d+)-/.exec(name) ?? [];
    if (host !== undefined && isGone({ host, pid: Number(pid) }, self)) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}
