import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listModelFiles } from '../saved-model';
import { TfodError } from '../../values/tfod-error';
import type { Weights } from '../models-lock';

/** Beside the model folders and in none of them, so that no image takes what a killed process left. */
const INCOMING = '.incoming-';
const ABANDONED_MS = 60 * 60 * 1000;
const VENDORED_MODE = 0o644;

/**
 * Puts a SavedModel of the store into a service as `saved_model/` of a model folder, whole, in the place of what is
 * there. Fetched weights share their blocks with the store where the file system can, by clone or hard link, and
 * cannot be written to; vendored ones are the service's own. Throws DISK_FULL.
 */
export async function placeWeights(from: string, target: string, weights: Weights): Promise<void> {
  const models = dirname(dirname(target));
  await mkdir(dirname(target), { recursive: true });
  await sweep(models);
  const incoming = join(models, `${INCOMING}${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    for (const { path } of await listModelFiles(from)) {
      await mkdir(dirname(join(incoming, 'new', path)), { recursive: true });
      await placeFile(join(from, path), join(incoming, 'new', path), weights);
    }
    await rename(target, join(incoming, 'old')).catch(ignoreMissing);
    await rename(join(incoming, 'new'), target);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(models, error) : error;
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

async function placeFile(from: string, to: string, weights: Weights): Promise<void> {
  if (weights === 'vendored') {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    return chmod(to, VENDORED_MODE);
  }
  const ways = [
    () => copyFile(from, to, constants.COPYFILE_FICLONE_FORCE),
    () => link(from, to),
    () => copyFile(from, to),
  ];
  for (const [at, way] of ways.entries()) {
    try {
      return await way();
    } catch (error) {
      if (at === ways.length - 1 || (error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
      await rm(to, { force: true });
    }
  }
}

async function sweep(models: string): Promise<void> {
  const names = await readdir(models).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(INCOMING))) {
    const facts = await stat(join(models, name)).catch(() => undefined);
    if (facts && facts.mtimeMs < Date.now() - ABANDONED_MS) {
      await rm(join(models, name), { recursive: true, force: true });
    }
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

function diskFull(folder: string, cause: unknown): TfodError {
  return new TfodError(
    {
      code: 'DISK_FULL',
      what: 'There is no room for the weights of the model',
      where: folder,
      remedy: 'make room there and run the command again',
    },
    { cause },
  );
}
