import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The text of every file of a workspace, by its path from the root. */
export type Files = ReadonlyMap<string, string>;

/** Brings a folder, of which only what these functions wrote is looked at, from one state to another. */
export function writeFiles(root: string, before: Files, after: Files): void {
  for (const path of before.keys()) if (!after.has(path)) rmSync(join(root, path));
  for (const [path, text] of after) {
    if (before.get(path) === text) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** The paths that differ, with those that came and those that went. */
export function changedPaths(before: Files, after: Files): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

/** The files below a folder of the workspace, with its path in front. */
export function readFiles(root: string, folder: string): Files {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}
