import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** When a folder holds more than `most` files, removes those that were written longest ago, until half of that are left. */
export async function dropOldest(folder: string, most: number): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= most) return;
  const files = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })),
  );
  files.sort((a, b) => a.time - b.time);
  const surplus = files.slice(0, names.length - Math.floor(most / 2));
  await Promise.all(surplus.map(({ name }) => rm(join(folder, name), { force: true })));
}
