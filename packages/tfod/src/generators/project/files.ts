import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A file of a project: its path from the project's folder, and all of its content. */
export interface ProjectFile {
  readonly path: string;
  readonly content: Buffer;
}

/**
 * The files below a folder, with forward slashes, in a fixed order. Caches of tools that looked at them are none:
 * a hidden file is spelled `__dot__` here.
 */
export function filesBelow(folder: string, prefix = ''): readonly string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== '__pycache__')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(folder, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`],
    );
}
