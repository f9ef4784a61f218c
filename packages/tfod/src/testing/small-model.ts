import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { treeDigest } from '../models/saved-model';
import { digestOf, hexOf, type Digest } from '../values/digest';
import { tarGz, type WrittenEntry } from './tar-archive';

const FIXTURES = join(__dirname, '../models/signature/fixtures');

/** Bytes that do not shrink, always the same ones. */
export function noise(length: number, seed = ''): Buffer {
  const parts = Array.from({ length: Math.ceil(length / 32) }, (_, at) =>
    Buffer.from(hexOf(digestOf(`${seed} ${at}`)), 'hex'),
  );
  return Buffer.concat(parts).subarray(0, length);
}

/** The files of a SavedModel, by path: the saved_model.pb that TensorFlow wrote for a signature, and some weights. */
export function savedModel(
  signature = 'whole',
  weights: string | Buffer = 'weights',
): Readonly<Record<string, Buffer>> {
  return {
    'saved_model.pb': readFileSync(join(FIXTURES, `${signature}.pb`)),
    'variables/variables.index': Buffer.from('index'),
    'variables/variables.data-00000-of-00001': Buffer.from(weights as string),
  };
}

/** By the formula of the tree digest, from the bytes. */
export function digestOfFiles(files: Readonly<Record<string, Buffer>>): Digest {
  return treeDigest(Object.entries(files).map(([path, bytes]) => ({ path, sha256: hexOf(digestOf(bytes)) })));
}

/** The archive of a model as the zoo has them. */
export function modelArchive(
  files: Readonly<Record<string, Buffer>> = savedModel(),
  others: readonly WrittenEntry[] = [{ name: 'ssd/pipeline.config', content: 'model {}' }],
): Buffer {
  const entries = Object.entries(files).map(([path, content]) => ({
    name: `ssd/saved_model/${path}`,
    content,
  }));
  return tarGz({ name: 'ssd/' }, ...others, ...entries);
}
