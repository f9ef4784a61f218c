import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashFile } from '../../files/hash-files';
import type { Digest } from '../../values/digest';
import { TfodError } from '../../values/tfod-error';
import { unpack, type UnpackedFile } from '../archive/unpack';
import { isLabelMap } from '../labels/parse-labels';
import type { ArchiveRecord } from '../store/store';
import { isLitter, locateSavedModel, savedModelFiles } from './locate';
import type { ModelMachine, StoredModel } from './stored-model';

/** A label map is a few kilobytes; a text of another kind may be anything. */
const LARGEST_LABEL_MAP = 1024 * 1024;

/** The model of an archive of this machine; unpacks it unless that was done before. */
export async function fromArchive(
  path: string,
  expected: Digest | undefined,
  machine: ModelMachine,
): Promise<StoredModel> {
  const { digest: sha256, size: bytes } = await hashFile(path);
  checkDigest(path, expected, sha256);
  return (await knownArchive(sha256, machine)) ?? addArchive({ path, sha256, bytes, where: path }, machine);
}

/** Throws MODEL_SHA256_MISMATCH for an archive that is not the one that it should be. */
export function checkDigest(where: string, expected: Digest | undefined, found: Digest): void {
  if (expected === undefined || found === expected) return;
  throw new TfodError({
    code: 'MODEL_SHA256_MISMATCH',
    what: 'The archive is not the one that it should be',
    where,
    expected,
    found,
    remedy: `look into why it changed; if it is meant to be another, pass --sha256=${found}`,
  });
}

/** The model of an archive that was unpacked before, if it still is in the store. */
export async function knownArchive(
  sha256: Digest,
  { store }: ModelMachine,
): Promise<StoredModel | undefined> {
  const record = await store.archive(sha256);
  const folder = record && (await store.find(record.savedModel));
  return record && folder !== undefined ? storedModel(sha256, record, folder) : undefined;
}

export interface WholeArchive {
  readonly path: string;
  readonly sha256: Digest;
  readonly bytes: number;
  readonly where: string;
}

/** Unpacks an archive into the store. Throws what `unpack` and `locateSavedModel` throw. */
export async function addArchive(
  archive: WholeArchive,
  { store, limits }: ModelMachine,
): Promise<StoredModel> {
  const { path, sha256, bytes, where } = archive;
  return store.inScratch(async (scratch) => {
    const folder = join(scratch, 'unpacked');
    const files = await unpack(path, folder, where, limits);
    const root = locateSavedModel(
      files.map((file) => file.path),
      where,
    );
    const labels = await onlyLabelMap(folder, files);
    const parts = savedModelFiles(files, root);
    const added = await store.add(
      await moveAway(join(folder, root), parts, join(scratch, 'saved_model')),
      parts,
    );
    const record: ArchiveRecord = {
      bytes,
      savedModel: added.digest,
      ...(labels !== undefined && { labels }),
    };
    await store.keepArchive(sha256, record);
    return storedModel(sha256, record, added.folder);
  });
}

/** The text of the label map of an archive; of several nobody knows which one is meant. */
async function onlyLabelMap(folder: string, files: readonly UnpackedFile[]): Promise<string | undefined> {
  const candidates = files.filter(
    ({ path, bytes }) => path.endsWith('.pbtxt') && bytes <= LARGEST_LABEL_MAP && !isLitter(path),
  );
  const texts = await Promise.all(candidates.map(({ path }) => readFile(join(folder, path), 'utf8')));
  const maps = texts.filter(isLabelMap);
  return maps.length === 1 ? maps[0] : undefined;
}

async function moveAway(
  from: string,
  files: readonly { readonly path: string }[],
  to: string,
): Promise<string> {
  for (const { path } of files) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await rename(join(from, path), join(to, path));
  }
  return to;
}

function storedModel(
  sha256: Digest,
  { bytes, savedModel, labels }: ArchiveRecord,
  folder: string,
): StoredModel {
  return {
    savedModel,
    folder,
    archive: { sha256, bytes },
    besides: [],
    ...(labels !== undefined && { labels }),
  };
}
