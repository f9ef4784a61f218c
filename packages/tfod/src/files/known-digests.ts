import { constants, lstatSync, type BigIntStats } from 'node:fs';
import { lstat, readFile, rename, rm, writeFile, mkdir } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { digestOf, hexOf, parseDigest, type Digest } from '../values/digest';
import { cacheDirIfAny } from './cache-dir';
import { dropOldest } from './drop-oldest';
import { hashFile, isSmall, type FileFacts } from './hash-files';

/** Git calls a file racily clean that changed so shortly before it was read that a change after it may not show. */
const SETTLED_MS = 2000;
/** Notes kept; each is a few hundred bytes. */
const MOST = 4096;

/** Hashes files: `hashFile`, or something that remembers. */
export type HashFile = (path: string) => Promise<FileFacts>;

/**
 * Hashes files and remembers the digests of large ones in a folder, so that weights of gigabytes are read once. A
 * note is believed for as long as inode, size, mode and both times (in nanoseconds; the change time cannot be set
 * by a program) are those of then. A note that is missing, cut short or of something else costs a reading and no
 * more. Small files are read every time: that costs about as much as to ask.
 */
export function rememberingDigests(
  folder: string,
  { now = Date.now, hash = hashFile }: { now?: () => number; hash?: HashFile } = {},
): HashFile {
  return async (path) => {
    if (isSmall(lstatSync(path).size)) return hash(path);
    const before = await lstat(path, { bigint: true });
    if (!before.isFile()) return hash(path);
    const note = join(folder, hexOf(digestOf(path)));
    const known = await readNote(note, stampOf(path, before));
    if (known !== undefined) return factsOf(before, known);
    const began = now();
    const facts = await hash(path);
    const isSettled = Number(before.ctimeMs) < began - SETTLED_MS;
    if (isSettled && stampOf(path, await lstat(path, { bigint: true })) === stampOf(path, before)) {
      await writeNote(note, { stamp: stampOf(path, before), digest: facts.digest });
    }
    return facts;
  };
}

/** Remembers in the cache folder of an environment; where there is none, reads every file. */
export function hashFileWith(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): HashFile {
  const home = cacheDirIfAny(env, platform);
  return home === undefined ? hashFile : rememberingDigests(join(home, 'digests'));
}

interface Note {
  readonly stamp: string;
  readonly digest: Digest;
}

function stampOf(path: string, { dev, ino, size, mode, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mode, mtimeNs, ctimeNs, path].join(' ');
}

function factsOf({ size, mode }: BigIntStats, digest: Digest): FileFacts {
  return { digest, size: Number(size), executable: (Number(mode) & constants.S_IXUSR) !== 0 };
}

async function readNote(file: string, stamp: string): Promise<Digest | undefined> {
  try {
    const note = JSON.parse(await readFile(file, 'utf8')) as Partial<Note> | null;
    return note?.stamp === stamp ? parseDigest(String(note.digest)) : undefined;
  } catch {
    return undefined;
  }
}

/** Not durable: a note that a crash takes away is written again. A folder that cannot be written keeps none. */
async function writeNote(file: string, note: Note): Promise<void> {
  const temporary = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(temporary, JSON.stringify(note));
    await rename(temporary, file);
    await dropOldest(join(file, '..'), MOST);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
