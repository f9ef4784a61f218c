import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../values/digest';
import type { Folder } from '../facts';
import { isLockFile } from '../lock-files';

/** Version by the name of the package. */
export type Packages = Readonly<Record<string, string>>;

const LOCKED = /^([A-Za-z0-9][\w.-]*(?:\[[^\]\n]*\])?)==([^\s;\\]+)/gm;

/** What a lock file locks: `name==version` at the beginning of a line. */
export function packagesIn(text: string): Packages {
  return Object.fromEntries(
    [...text.matchAll(LOCKED)].map(([, name = '', version = '']) => [name.toLowerCase(), version]),
  );
}

/** By the path of the lock file, for those whose bytes are still the ones that were hashed. */
export function lockedPackages({ root, tree }: Folder): Readonly<Record<string, Packages>> {
  return Object.fromEntries(
    tree.entries.flatMap((entry) => {
      if (entry.type !== 'file' || !isLockFile({ path: entry.path, wildcard: false, where: '' })) return [];
      const text = readIfThere(join(root, entry.path));
      return text !== undefined && digestOf(text) === entry.digest ? [[entry.path, packagesIn(text)]] : [];
    }),
  );
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
