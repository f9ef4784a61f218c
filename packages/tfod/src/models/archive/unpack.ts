import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { TfodError, type Problem } from '../../values/tfod-error';
import { formatOf } from './archive-format';
import { EndedEarly } from './byte-reader';
import { entryParts, Paths } from './entry-path';
import { ArchiveRefused, shown } from './refusal';
import { readTar, type TarEntry } from './tar';

/** What an archive may grow to; a small one that grows large was made for that. */
export interface UnpackLimits {
  /** Of all files together, and of what is around them in the archive. */
  readonly bytes: number;
  readonly entries: number;
  /** Unpacked by packed size; only looked at once `ratioFromBytes` were unpacked. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
}

/** Weights hardly shrink when they are packed; the largest SavedModels in the field have a few thousand files. */
export const UNPACK_LIMITS: UnpackLimits = {
  bytes: 8 * 1024 ** 3,
  entries: 20_000,
  ratio: 100,
  ratioFromBytes: 64 * 1024 ** 2,
};

const CHUNK = 256 * 1024;

/** A file that was unpacked: its path with forward slashes, and the sha256 of its content, in hexadecimal. */
export interface UnpackedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Unpacks a tar archive, gzipped or not, into a folder that is not there yet: all of it or nothing. Only files and
 * folders come out, with modes and times of their own. Throws ARCHIVE_BROKEN, ARCHIVE_UNSAFE, ARCHIVE_TOO_LARGE or
 * ARCHIVE_UNKNOWN; `where` is what these call the archive.
 */
export async function unpack(
  archive: string,
  folder: string,
  where: string,
  limits: UnpackLimits = UNPACK_LIMITS,
): Promise<readonly UnpackedFile[]> {
  await mkdir(folder, { mode: 0o700 });
  const files: UnpackedFile[] = [];
  let reason: unknown;
  try {
    const isPacked = (await formatOf(archive)) === 'gzip';
    const gunzip = isPacked ? createGunzip({ chunkSize: CHUNK }) : undefined;
    const read = async (source: AsyncIterable<Buffer>) => {
      const bytes = bounded(source, () => gunzip?.bytesWritten ?? Infinity, limits);
      try {
        for await (const file of unpackAll(bytes, folder, limits)) files.push(file);
      } catch (error) {
        reason = error; // the pipeline, torn down for it, may throw that it was torn down
        throw error;
      }
    };
    const source = createReadStream(archive);
    await (gunzip ? pipeline(source, gunzip, read) : pipeline(source, read));
    return files;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw asTfodError(reason ?? error, where);
  }
}

async function* unpackAll(
  source: AsyncIterable<Buffer>,
  folder: string,
  limits: UnpackLimits,
): AsyncGenerator<UnpackedFile, void> {
  const paths = new Paths();
  let entries = 0;
  for await (const entry of readTar(source)) {
    entries += 1;
    if (entries > limits.entries)
      throw new ArchiveRefused('too large', `more than ${limits.entries} entries`);
    if (entry.size > limits.bytes) throw tooLarge(limits);
    const parts = entryParts(entry.name);
    if (parts.length === 0 && entry.type === 'file')
      throw new ArchiveRefused('unsafe', `a file for the folder: ${shown(entry.name)}`);
    paths.add(parts, entry.type);
    const path = parts.join('/');
    if (entry.type === 'folder') await mkdir(join(folder, path), { recursive: true });
    else yield { path, bytes: entry.size, sha256: await write(entry, join(folder, path)) };
  }
}

/** Gives the hash of what it wrote. The file must be new, so that nothing that lies there is written through. */
async function write({ content }: TarEntry, path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o644);
  try {
    for await (const part of content) {
      hash.update(part);
      await file.writeFile(part);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

async function* bounded(
  source: AsyncIterable<Buffer>,
  packed: () => number,
  limits: UnpackLimits,
): AsyncGenerator<Buffer, void> {
  let bytes = 0;
  for await (const part of source) {
    bytes += part.length;
    if (bytes > limits.bytes) throw tooLarge(limits);
    if (bytes > limits.ratioFromBytes && bytes > limits.ratio * packed()) {
      throw new ArchiveRefused('too large', `more than ${limits.ratio} times its size once it is unpacked`);
    }
    yield part;
  }
}

function tooLarge({ bytes }: UnpackLimits): ArchiveRefused {
  return new ArchiveRefused('too large', `more than ${bytes} bytes once it is unpacked`);
}

const TOLD = {
  broken: { code: 'ARCHIVE_BROKEN', what: 'The archive is broken', remedy: 'fetch it again' },
  unsafe: {
    code: 'ARCHIVE_UNSAFE',
    what: 'The archive holds what no archive of a model needs, and was not unpacked',
    remedy: 'ask its maker; if you trust it, unpack it yourself and give the folder',
  },
  'too large': {
    code: 'ARCHIVE_TOO_LARGE',
    what: 'The archive grows too large',
    remedy: 'allow more by --maxGigabytes, or unpack it yourself and give the folder',
  },
  unknown: {
    code: 'ARCHIVE_UNKNOWN',
    what: 'This is not an archive that can be read',
    expected: 'a tar archive, gzipped or not',
    remedy: 'pack the model as .tar.gz, or unpack it yourself and give the folder',
  },
} as const;

function asTfodError(error: unknown, where: string): unknown {
  const problem = problemOf(error, where);
  return problem === undefined ? error : new TfodError(problem, { cause: error });
}

function problemOf(error: unknown, where: string): Problem | undefined {
  if (error instanceof ArchiveRefused) return { ...TOLD[error.kind], where, found: error.fault };
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (error instanceof EndedEarly || code.startsWith('Z_')) return { ...TOLD.broken, where, found: message };
  if (code !== 'ENOSPC') return undefined;
  return {
    code: 'DISK_FULL',
    what: 'There is no room to unpack the model',
    where: String((error as NodeJS.ErrnoException).path ?? where),
    remedy: 'make room there, or set TFOD_CACHE_DIR to a folder on a larger disk',
  };
}
