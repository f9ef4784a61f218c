import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isUnreadableName } from './unreadable-name';

/** What is below a folder. */
export interface Below {
  readonly files: readonly string[];
  /** Folders that cannot be opened, for their names are not UTF-8. */
  readonly closed: readonly string[];
}

/** All below a folder and below those that it links to, each folder once, links after all else; none is hidden. */
export async function filesBelow(start: string, leaveOut: string): Promise<Below> {
  const seen = new Set([leaveOut]);
  const files: string[] = [];
  const closed: string[] = [];
  const waiting = [start];
  for (const folder of waiting) {
    const found = await walk(folder, seen);
    files.push(...found.files);
    closed.push(...found.closed);
    waiting.push(...found.links);
  }
  return { files, closed };
}

interface Walked extends Below {
  /** Links to folders. */
  readonly links: readonly string[];
}

const NOTHING: Walked = { files: [], closed: [], links: [] };

async function walk(folder: string, seen: Set<string>): Promise<Walked> {
  const real = await realpath(folder);
  if (seen.has(real)) return NOTHING;
  seen.add(real);
  const entries = (await readdir(folder, { withFileTypes: true })).filter(
    ({ name }) => !name.startsWith('.'),
  );
  const found = await Promise.all(
    entries
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry): Promise<Walked> => {
        const path = join(folder, entry.name);
        if (!entry.isDirectory()) return walkedEntry(path, entry);
        return (await isUnreadableName(path)) ? { ...NOTHING, closed: [path] } : walk(path, seen);
      }),
  );
  return {
    files: found.flatMap(({ files }) => files),
    closed: found.flatMap(({ closed }) => closed),
    links: found.flatMap(({ links }) => links),
  };
}

/** A link that leads nowhere is neither. */
async function walkedEntry(path: string, entry: Dirent): Promise<Walked> {
  const facts = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  return {
    ...NOTHING,
    files: facts?.isFile() ? [path] : [],
    links: facts?.isDirectory() ? [path] : [],
  };
}
