import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  readFileSync,
  type Stats,
} from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { digestOf, digestOfHex, type Digest } from '../values/digest';

export interface FileFacts {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Whether the owner may execute it; umask touches the other bits. */
  readonly executable: boolean;
}

/** Files up to this many bytes are read at once: for small files, waiting costs more than reading. */
const SMALL = 256 * 1024;
const CHUNK = 1024 * 1024;
const AT_ONCE = 4;
const ITEMS_A_TURN = 64;
/** Windows has no such flag. */
const NOFOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;

/** Whether a file of so many bytes is read, or copied, without letting others have their turn meanwhile. */
export function isSmall(size: number): boolean {
  return size <= SMALL;
}

/** Hashes a file of any size in little memory. Throws what the file system throws. */
export async function hashFile(path: string): Promise<FileFacts> {
  const file = openSync(path, constants.O_RDONLY | NOFOLLOW);
  let isOpen = true;
  try {
    const stats = fstatSync(file);
    if (isSmall(stats.size)) {
      const content = readFileSync(file);
      return factsOf(stats, digestOf(content), content.length);
    }
    isOpen = false;
    return await hashStream(file, stats);
  } finally {
    if (isOpen) closeSync(file);
  }
}

async function hashStream(file: number, stats: Stats): Promise<FileFacts> {
  const hash = createHash('sha256');
  let size = 0;
  // The stream closes the file, also when it fails.
  for await (const chunk of createReadStream('', { fd: file, highWaterMark: CHUNK })) {
    hash.update(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  return factsOf(stats, digestOfHex(hash.digest('hex')), size);
}

function factsOf({ mode }: Stats, digest: Digest, size: number): FileFacts {
  return { digest, size, executable: (mode & constants.S_IXUSR) !== 0 };
}

/**
 * Does something for each item, a few at once, and gives the results in the items' order. After a failure nothing
 * new is begun, and it is thrown once nothing is under way any more.
 */
export async function forEachAtOnce<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const errors: unknown[] = [];
  let next = 0;
  const work = async () => {
    while (next < items.length && errors.length === 0) {
      const index = next;
      next += 1;
      // Small files are read without waiting: let timers and signals have their turn.
      if (index % ITEMS_A_TURN === 0) await setImmediate();
      try {
        results[index] = await act(items[index] as T);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (errors.length > 0) throw errors[0];
  return results;
}
