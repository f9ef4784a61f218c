import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

const DAY_MS = 24 * 60 * 60 * 1000;
const KEPT_DAYS = 30;

/** Notes that an environment is used, by the time of its marker. */
export async function noteUse(marker: string, now: Date): Promise<void> {
  await utimes(marker, now, now).catch(() => undefined);
}

/**
 * Removes the environments that nobody used for thirty days: each has the size of TensorFlow, and every new lock and
 * every new version of the plugin makes another one. One that is wanted after all is made again. What cannot be
 * removed, or is being removed by another process, stays.
 */
export async function removeUnused(folder: string, now: Date, report: (line: string) => void): Promise<void> {
  const markers = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  await Promise.allSettled(
    markers.map(async (name) => {
      const marker = join(folder, name);
      const days = Math.floor((now.getTime() - (await stat(marker)).mtimeMs) / DAY_MS);
      if (days < KEPT_DAYS) return;
      const environment = JSON.parse(await readFile(marker, 'utf8')) as { folder: string };
      report(`removing a virtual environment that was last used ${days} days ago`);
      // The marker goes first: without it nobody takes the environment for a whole one.
      await rm(marker);
      await rm(join(folder, environment.folder), { recursive: true, force: true });
    }),
  );
}
