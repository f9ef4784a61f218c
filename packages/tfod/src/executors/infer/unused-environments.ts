import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../files/atomic-write';

const DAY_MS = 24 * 60 * 60 * 1000;
const KEPT_DAYS = 30;

/** What a folder of an environment is called: its key, and who made it. */
const ENVIRONMENT = /^[0-9a-f]{32}\.\d+$/;

/**
 * Notes, now and once a day for as long as this process lives, that an environment is used, by the time of its marker: a
 * server may run from it for months.
 */
export async function noteUse(marker: string): Promise<void> {
  await touch(marker);
  setInterval(() => void touch(marker), DAY_MS).unref();
}

/** A time can be set by the owner alone; whoever may write there can write the marker again. */
async function touch(marker: string): Promise<void> {
  const now = new Date();
  await utimes(marker, now, now)
    .catch(async () => writeFileAtomic(marker, await readFile(marker)))
    .catch(() => undefined);
}

/**
 * Removes the environments that nobody used for thirty days: each has the size of TensorFlow, and every new lock and
 * every new version of the plugin makes another one. One that is wanted after all is made again. What cannot be
 * removed, or is being removed by another process, stays.
 */
export async function removeUnused(folder: string, now: Date, report: (line: string) => void): Promise<void> {
  const daysSince = async (path: string) => Math.floor((now.getTime() - (await stat(path)).mtimeMs) / DAY_MS);
  const names = await readdir(folder);
  const marked = new Set<string>();
  await Promise.allSettled(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => {
        const marker = join(folder, name);
        const environment = JSON.parse(await readFile(marker, 'utf8')) as { folder: string };
        marked.add(environment.folder);
        const days = await daysSince(marker);
        if (days < KEPT_DAYS) return;
        report(`removing a virtual environment that was last used ${days} days ago`);
        // The marker goes first: without it nobody takes the environment for a whole one.
        await rm(marker);
        await rm(join(folder, environment.folder), { recursive: true, force: true });
      }),
  );
  await Promise.allSettled(
    names
      .filter((name) => ENVIRONMENT.test(name) && !marked.has(name))
      .map(async (name) => {
        const left = join(folder, name);
        if ((await daysSince(left)) >= KEPT_DAYS) await rm(left, { recursive: true, force: true });
      }),
  );
}
