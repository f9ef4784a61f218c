import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files below a folder and below those that it links to, each folder once, links after all else; none is hidden. */
export async function filesBelow(start: string, leaveOut: string): Promise<readonly string[]> {
  const seen = new Set([leaveOut]);
  const files: string[] = [];
  const waiting = [start];
  for (const folder of waiting) {
    const found = await walk(folder, seen);
    files.push(...found.files);
    waiting.push(...found.links);
  }
  return files;
}

interface Walked {
  readonly files: readonly string[];
  /** Links to folders. */
  readonly links: readonly string[];
}

async function walk(folder: string, seen: Set<string>): Promise<Walked> {
  const real = await realpath(folder);
  if (seen.has(real)) return { files: [], links: [] };
  seen.add(real);
  const entries = (await readdir(folder, { withFileTypes: true })).filter(
    ({ name }) => !name.startsWith('.'),
  );
  const found = await Promise.all(
    entries
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? walk(path, seen) : walkedEntry(path, entry);
      }),
  );
  return { files: found.flatMap(({ files }) => files), links: found.flatMap(({ links }) => links) };
}

/** A link that leads nowhere is neither. */
async function walkedEntry(path: string, entry: Dirent): Promise<Walked> {
  const facts = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  return { files: facts?.isFile() ? [path] : [], links: facts?.isDirectory() ? [path] : [] };
}
