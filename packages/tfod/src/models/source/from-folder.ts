import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { hashFile } from '../../files/hash-files';
import { hexOf } from '../../values/digest';
import { TfodError } from '../../values/tfod-error';
import { isLabelMap } from '../labels/parse-labels';
import { findPointers, listModelFiles } from '../saved-model';
import { locateSavedModel, savedModelFiles } from './locate';
import type { Beside, ModelMachine, StoredModel } from './stored-model';

const SKIPPED = new Set(['.git', 'node_modules', '.venv', '__pycache__']);
/** More than that is not the folder of a model but one of everything. */
const MOST_ENTRIES = 20_000;
const PICTURE = /\.(jpe?g|png|bmp|gif|webp)$/i;
const SHOWN = 8;

/**
 * The SavedModel somewhere below a folder of this machine, copied into the store; with the label map, samples and
 * licence beside it, where it is in a model folder of tfod. Throws MODEL_LINKS, MODEL_LFS_POINTER and what
 * `locateSavedModel` throws. `where` is for messages.
 */
export async function fromFolder(folder: string, where: string, machine: ModelMachine): Promise<StoredModel> {
  const entries = await listBelow(folder, where);
  const root = locateSavedModel(
    entries.map(({ path }) => path),
    where,
  );
  const parts = savedModelFiles(entries, root);
  const links = parts.filter(({ isLink }) => isLink).map(({ path }) => path);
  if (links.length > 0) throw hasLinks(links, where);
  const source = join(folder, root);
  await refusePointers(source, where);
  const added = await machine.store.inScratch(async (scratch) => {
    const target = join(scratch, 'saved_model');
    const files = [];
    for (const { path } of parts)
      files.push({ path, sha256: await copyHashed(join(source, path), join(target, path)) });
    return machine.store.add(target, files);
  });
  return { savedModel: added.digest, folder: added.folder, ...(await around(folder, root)) };
}

interface Entry {
  readonly path: string;
  readonly isLink: boolean;
}

async function listBelow(folder: string, where: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const look = async (path: string): Promise<void> => {
    for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
      const below = posix.join(path, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) await look(below);
      } else entries.push({ path: below, isLink: entry.isSymbolicLink() });
      if (entries.length > MOST_ENTRIES) throw tooMany(where);
    }
  };
  await look('');
  return entries;
}

/** A clone where the file system has them; it is the copy that is hashed. */
async function copyHashed(from: string, to: string): Promise<string> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  return hexOf((await hashFile(to)).digest);
}

async function refusePointers(folder: string, where: string): Promise<void> {
  const pointers = await findPointers(folder, await listModelFiles(folder));
  if (pointers.length === 0) return;
  throw new TfodError({
    code: 'MODEL_LFS_POINTER',
    what: 'The weights are Git LFS pointers and not the files themselves',
    where,
    found: pointers.slice(0, SHOWN).join(', '),
    remedy: 'run git lfs pull there',
  });
}

/** What is around the SavedModel in a model folder; nothing is there that must be. */
async function around(
  folder: string,
  root: string,
): Promise<Pick<StoredModel, 'labels' | 'licence' | 'adapter' | 'besides'>> {
  const model = join(folder, root, '..');
  const texts = await Promise.all(
    [model, join(folder, root)].map((place) => readFile(join(place, 'labels.pbtxt'), 'utf8').catch(() => '')),
  );
  const labels = texts.find(isLabelMap);
  const pictures = await readdir(join(model, 'samples')).catch(() => []);
  const samples = pictures.filter((name) => PICTURE.test(name)).sort();
  const written = await writtenIn(join(model, 'model.json'));
  return {
    besides: await onlyFiles(model, [...samples.map((name) => `samples/${name}`), 'annotations.json']),
    ...(labels !== undefined && { labels }),
    ...written,
  };
}

async function onlyFiles(folder: string, paths: readonly string[]): Promise<readonly Beside[]> {
  const found = paths.map((path) => ({ path, from: join(folder, path) }));
  const facts = await Promise.all(found.map(({ from }) => lstat(from).catch(() => undefined)));
  return found.filter((_, at) => facts[at]?.isFile());
}

/** What people wrote into a model.json that goes with the model wherever it goes. */
async function writtenIn(file: string): Promise<Pick<StoredModel, 'licence' | 'adapter'>> {
  try {
    const written: unknown = JSON.parse(await readFile(file, 'utf8'));
    const { licence, adapter } = written as { licence?: unknown; adapter?: unknown };
    return {
      ...(typeof licence === 'string' && licence !== '' && { licence }),
      ...(typeof adapter === 'object' && adapter !== null && { adapter }),
    };
  } catch {
    return {}; // a model of another maker
  }
}

function hasLinks(links: readonly string[], where: string): TfodError {
  return new TfodError({
    code: 'MODEL_LINKS',
    what: 'Parts of the SavedModel are symbolic links',
    where,
    expected: 'regular files',
    found: links.slice(0, SHOWN).join(', '),
    remedy: 'copy it with the files that are meant (cp -rL), and give the copy',
  });
}

function tooMany(where: string): TfodError {
  return new TfodError({
    code: 'MODEL_SOURCE',
    what: 'There are too many files to look for a model among them',
    where,
    expected: `at most ${MOST_ENTRIES} files`,
    remedy: 'give the folder of the model itself',
  });
}
