import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Variant } from '../service/service';
import { compareMinors, minorOf, parseMatrix, type Minor, type Release } from './matrix';

/** The package's root, the same distance away in the source and in what is published. */
const PACKAGE_ROOT = join(__dirname, '..', '..');

/** A set of requirements that was resolved, hashed and shipped: one TensorFlow with one Python. */
export interface ShippedLock {
  readonly tensorflow: Minor;
  readonly python: Minor;
  /** The variants whose `.in` and `.lock` are both there. */
  readonly variants: readonly Variant[];
  /** The folder that holds them, absolute. */
  readonly folder: string;
}

/** The names of a variant's requirements, without folder: what is asked for, and what it resolved to. */
export const REQUIREMENTS: Readonly<Record<Variant, { readonly in: string; readonly lock: string }>> = {
  cpu: { in: 'tf.in', lock: 'tf.lock' },
  gpu: { in: 'gpu.in', lock: 'gpu.lock' },
  lite: { in: 'lite.in', lock: 'lite.lock' },
};

/** All the sets under `locks/<tensorflow>/py<python>/`, oldest first. */
export function readShippedLocks(root: string = join(PACKAGE_ROOT, 'locks')): readonly ShippedLock[] {
  return foldersOf(root)
    .flatMap((tensorflow) =>
      foldersOf(join(root, tensorflow)).map((python) => lockIn(root, tensorflow, python)),
    )
    .filter((lock) => lock !== undefined)
    .sort((a, b) => compareMinors(a.tensorflow, b.tensorflow) || compareMinors(a.python, b.python));
}

/** The matrix that the plugin carries. */
export function readMatrix(file: string = join(PACKAGE_ROOT, 'data', 'compat.json')): readonly Release[] {
  return parseMatrix(readFileSync(file, 'utf8'));
}

function foldersOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function lockIn(root: string, tensorflowFolder: string, pythonFolder: string): ShippedLock | undefined {
  const tensorflow = minorOf(tensorflowFolder);
  const python = minorOf(pythonFolder.replace(/^py/, ''));
  if (tensorflow === undefined || python === undefined) return undefined;
  const folder = join(root, tensorflowFolder, pythonFolder);
  const variants = (Object.keys(REQUIREMENTS) as Variant[]).filter((variant) =>
    Object.values(REQUIREMENTS[variant]).every((name) => existsSync(join(folder, name))),
  );
  return { tensorflow, python, variants, folder };
}
