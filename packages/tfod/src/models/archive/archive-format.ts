import { open } from 'node:fs/promises';
import { ArchiveRefused } from './refusal';

const GZIP = [0x1f, 0x8b] as const;
const LOOK_BYTES = 512;
const USTAR_AT = 257;

/** What files start with that are taken for archives of models, in the words of who gave them. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^PK[^a-z]{2}/i, 'a zip archive'],
  [/^\xfd7zXZ/, 'an xz archive'],
  [/^\x28\xb5\x2f\xfd/, 'a zstd archive'],
  [/^BZh/, 'a bzip2 archive'],
  [/^7z\xbc\xaf/, 'a 7z archive'],
  [/^\x89HDF/, 'an HDF5 file, as Keras writes them'],
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer; run git lfs pull'],
  [/^....TFL3/s, 'a TFLite model'],
  [/^\s*<(!doctype|html)/i, 'a web page, such as the form of a login'],
  [/^\s*[{[]/, 'JSON'],
];

/** Tells gzip from plain tar by the first bytes, whatever the file is called. Throws ArchiveRefused for other files. */
export async function formatOf(archive: string): Promise<'gzip' | 'tar'> {
  const start = await firstBytes(archive);
  if (GZIP.every((byte, at) => start[at] === byte)) return 'gzip';
  if (start.toString('latin1', USTAR_AT, USTAR_AT + 5) === 'ustar') return 'tar';
  const text = start.toString('latin1');
  const known = OTHERS.find(([pattern]) => pattern.test(text))?.[1];
  if (known !== undefined) throw new ArchiveRefused('unknown', known);
  if (start.length === 0) throw new ArchiveRefused('unknown', 'an empty file');
  // Tar of before there was a magic number: its checksum will tell.
  if (start.length === LOOK_BYTES && start.includes(0)) return 'tar';
  throw new ArchiveRefused('unknown', `a file that starts with ${JSON.stringify(text.slice(0, 32))}`);
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOK_BYTES), 0, LOOK_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
