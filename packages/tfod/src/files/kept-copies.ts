import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { hexOf, type Digest } from '../values/digest';

const MEBI = 2 ** 20;
/** From here on a link is worth the second copy on the disk. */
const LARGE = 16 * MEBI;
/** Those that were used longest ago make way. */
const MOST_BYTES = 10 * 1024 * MEBI;

/** What a copy must be, so that it can stand for the file. */
export interface CopyFacts {
  readonly digest: Digest;
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Seconds since the epoch; follows from the digest, so that a copy that was written to shows it. */
  readonly mtime: number;
}

/**
 * Copies of large files by their digest, to be linked into one stage after the other: after an edit of the code,
 * the weights beside it are not read again. They are nobody's files; a copy that is lost is made again.
 */
export class KeptCopies {
  constructor(
    private readonly folder: string,
    private readonly mostBytes = MOST_BYTES,
    private readonly large = LARGE,
  ) {}

  keeps({ size }: Pick<CopyFacts, 'size'>): boolean {
    return size >= this.large;
  }

  /** Links the copy to a path; false when there is none, or none that can be linked there. */
  async linkTo(facts: CopyFacts, to: string): Promise<boolean> {
    const copy = this.#placeOf(facts);
    try {
      if (!isWhole(await lstat(copy), facts)) return false;
      await link(copy, to);
      await utimes(copy, new Date(), facts.mtime);
      return true;
    } catch {
      return false;
    }
  }

  /** Keeps a file that is staged, and is all that its facts say, for the stages to come. */
  async keep(facts: CopyFacts, staged: string): Promise<void> {
    const copy = this.#placeOf(facts);
    const temporary = `${copy}.${process.pid}.${randomBytes(6).toString('hex')}`;
    try {
      await mkdir(this.folder, { recursive: true });
      await link(staged, temporary);
      await rename(temporary, copy);
      // A rename onto another link of the same file does nothing.
      await rm(temporary, { force: true });
      await this.#makeRoom();
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  #placeOf({ digest, mode }: CopyFacts): string {
    return join(this.folder, `${hexOf(digest)}-${mode.toString(8)}`);
  }

  async #makeRoom(): Promise<void> {
    const names = await readdir(this.folder);
    const copies = await Promise.all(
      names.map(async (name) => ({
        path: join(this.folder, name),
        stats: await lstat(join(this.folder, name)),
      })),
    );
    copies.sort((a, b) => b.stats.atimeMs - a.stats.atimeMs);
    let bytes = 0;
    for (const { path, stats } of copies) {
      bytes += stats.size;
      if (bytes > this.mostBytes) await rm(path, { force: true });
    }
  }
}

function isWhole(
  stats: { isFile(): boolean; size: number; mode: number; mtimeMs: number },
  { size, mode, mtime }: CopyFacts,
): boolean {
  return (
    stats.isFile() &&
    stats.size === size &&
    (stats.mode & 0o7777) === mode &&
    Math.abs(stats.mtimeMs - mtime * 1000) < 1
  );
}
