import { createHash } from 'node:crypto';
import { createReadStream, lstatSync } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeFileAtomic } from '../files/atomic-write';
import { digestOf, hexOf, type Digest } from '../values/digest';

/** A regular file below a folder. */
export interface ModelFile {
  /** From the folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  /** What changes whenever the file does: inode, size and times in nanoseconds. */
  readonly stamp: string;
  /** When the file last changed, milliseconds since the epoch. */
  readonly changedMs: number;
}

/** A file by its path with forward slashes and the sha256 of its content in hexadecimal. */
export interface HashedFile {
  readonly path: string;
  readonly sha256: string;
}

/** Git LFS: a pointer is smaller than 1024 bytes and starts so. */
const POINTER = 'version https://git-lfs.github.com/spec/';
const LARGEST_POINTER = 1024;

/** A file that changed so shortly before it was read may change again without a new time on it. */
const SETTLED_MS = 2000;

/** All regular files below a folder, sorted by the bytes of their paths; links are none. */
export async function listModelFiles(folder: string): Promise<readonly ModelFile[]> {
  const names = await readdir(folder, { recursive: true });
  const files = names.map((name) => modelFile(folder, name));
  return files.filter((file) => file !== undefined).sort(byPath);
}

function modelFile(folder: string, name: string): ModelFile | undefined {
  const facts = lstatSync(join(folder, name), { bigint: true });
  if (!facts.isFile()) return undefined;
  return {
    path: name.replaceAll(sep, '/'),
    bytes: Number(facts.size),
    stamp: [facts.ino, facts.size, facts.mtimeNs, facts.ctimeNs].join(' '),
    changedMs: Number(facts.ctimeMs),
  };
}

/** Those of the files that are Git LFS pointers and not the files themselves. */
export async function findPointers(folder: string, files: readonly ModelFile[]): Promise<readonly string[]> {
  const small = files.filter(({ bytes }) => bytes > 0 && bytes < LARGEST_POINTER);
  const pointers = small.map(async ({ path }) =>
    (await startsLikePointer(join(folder, path))) ? [path] : [],
  );
  return (await Promise.all(pointers)).flat();
}

/**
 * The digest of a tree: sha256 over one line `<sha256 hex of the file>  <path>\n` for each file, in the order of
 * `listModelFiles`. `packages/tfod-runtime` has the same formula. Weights may be gigabytes, so that a digest once
 * found is kept in the cache folder, where there is one that can be written, and believed for as long as no file of
 * the tree was touched.
 */
export async function savedModelDigest(
  folder: string,
  files: readonly ModelFile[],
  cache: { readonly folder: string | undefined; readonly nowMs: number },
): Promise<Digest> {
  if (cache.folder === undefined) return computeDigest(folder, files);
  const stamp = digestOf(files.map((file) => `${file.stamp} ${file.path}\n`).join(''));
  const memo = join(cache.folder, 'models', `${hexOf(digestOf(folder))}.json`);
  const kept = await readMemo(memo);
  if (kept?.stamp === stamp) return kept.digest;
  const digest = await computeDigest(folder, files);
  if (files.every(({ changedMs }) => changedMs < cache.nowMs - SETTLED_MS)) {
    await writeFileAtomic(memo, `${JSON.stringify({ folder, stamp, digest })}\n`).catch(() => undefined);
  }
  return digest;
}

async function computeDigest(folder: string, files: readonly ModelFile[]): Promise<Digest> {
  const hashed: HashedFile[] = [];
  for (const { path } of files) hashed.push({ path, sha256: await sha256(join(folder, path)) });
  return treeDigest(hashed);
}

/** The digest of a tree whose files were hashed already, in whatever order they are given. */
export function treeDigest(files: readonly HashedFile[]): Digest {
  const lines = [...files].sort(byPath).map(({ path, sha256 }) => `${sha256}  ${path}\n`);
  return digestOf(lines.join(''));
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));
}

async function readMemo(file: string): Promise<{ stamp: string; digest: Digest } | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as { stamp: string; digest: Digest };
  } catch {
    return undefined; // never written, or cut short: the digest is found anew
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function startsLikePointer(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(POINTER.length), 0, POINTER.length, 0);
    return buffer.toString('latin1', 0, bytesRead) === POINTER;
  } finally {
    await handle.close();
  }
}
