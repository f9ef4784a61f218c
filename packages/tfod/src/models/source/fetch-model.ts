import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../values/digest';
import { TfodError } from '../../values/tfod-error';
import { fromAddress } from './from-address';
import { fromArchive } from './from-archive';
import { fromFolder } from './from-folder';
import { addressOf, type Source } from './source';
import type { ModelMachine, StoredModel } from './stored-model';

/** The demo model in the package, the same distance away in the source and in what is published. */
export const DEMO = join(__dirname, '..', '..', '..', 'demo');

export interface Expected {
  /** Of the archive. */
  readonly sha256: Digest | undefined;
  readonly maxBytes: number;
}

/** Brings the model of a source into the store. Throws a `TfodError`; then the store is as it was. */
export async function fetchModel(
  source: Source,
  { sha256, maxBytes }: Expected,
  machine: ModelMachine,
): Promise<StoredModel> {
  const within = { ...machine, limits: { ...machine.limits, bytes: maxBytes } };
  const url = addressOf(source);
  if (url !== undefined) return fromAddress({ url, sha256, maxBytes }, within);
  if (source.kind !== 'path') return fromFolder(DEMO, 'the demo model of the plugin', within);
  const facts = await factsOf(source.path);
  if (facts.isFile()) return fromArchive(source.path, sha256, within);
  if (facts.isDirectory() && sha256 === undefined) return fromFolder(source.path, source.path, within);
  throw new TfodError({
    code: 'MODEL_SOURCE',
    what: facts.isDirectory() ? 'A folder has no sha256' : 'This is neither a folder nor an archive',
    where: source.path,
    expected: 'a folder, or an archive with its --sha256',
    remedy: facts.isDirectory()
      ? 'leave --sha256 out; the digest of the SavedModel is recorded and checked'
      : 'correct --source',
  });
}

async function factsOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    throw new TfodError(
      {
        code: 'MODEL_SOURCE',
        what: 'There is nothing at the path of the model that can be read',
        where: path,
        found: (error as NodeJS.ErrnoException).code ?? String(error),
        remedy: 'correct --source; a relative path starts at the workspace root, and the zoo is zoo:<slug>',
      },
      { cause: error },
    );
  }
}
