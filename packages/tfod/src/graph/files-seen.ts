import { readdirSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** The state of a file or folder: what changes with each writing, and empty where there is none. */
export type Stamp = string & { readonly __brand: 'Stamp' };

const NOT_THERE = '' as Stamp;

/** What was seen of a workspace: each path, relative to its root, and its state at that time. */
type Seen = ReadonlyMap<string, Stamp>;

/**
 * Reads files of a workspace, and notes what it saw. The state of each is taken before it is read, so that what is
 * written meanwhile is seen as a change later. Paths are relative to the workspace root.
 */
export class FilesSeen {
  readonly #seen = new Map<string, Stamp>();

  constructor(private readonly workspaceRoot: string) {}

  get seen(): Seen {
    return this.#seen;
  }

  /** The absolute path. */
  pathOf(path: string): string {
    return resolve(this.workspaceRoot, path);
  }

  /** The text of a file; undefined where it cannot be read. */
  read(path: string): string | undefined {
    return this.#see(path, () => readFileSync(this.pathOf(path), 'utf8'));
  }

  /** The names in a folder; none where it cannot be read. */
  list(path: string): readonly string[] {
    return this.#see(path, () => readdirSync(this.pathOf(path))) ?? [];
  }

  /** Whether there is such a file or folder. */
  has(path: string): boolean {
    const stamp = stampOf(this.pathOf(path));
    this.#seen.set(path, stamp);
    return stamp !== NOT_THERE;
  }

  /** What is there and cannot be read now, by this user, counts as not there, so that it is tried again. */
  #see<Value>(path: string, look: () => Value): Value | undefined {
    if (!this.has(path)) return undefined;
    const seen = tried(look);
    if (seen === undefined) this.#seen.set(path, NOT_THERE);
    return seen;
  }
}

/** Of an absolute path; it may be a link. No program can set the change time, which is the last of the numbers. */
export function stampOf(path: string): Stamp {
  const stats = tried(() => statSync(path, { bigint: true, throwIfNoEntry: false }));
  if (stats === undefined) return NOT_THERE;
  const { ino, size, mtimeNs, ctimeNs } = stats;
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}` as Stamp;
}

/** When that was which has this state, in nanoseconds; what is not there was never changed. */
export function lastChange(stamp: Stamp): bigint {
  const [modified = 0n, changed = 0n] = stamp.split(' ').slice(2).map(BigInt);
  return modified > changed ? modified : changed;
}

/** What `read` gives, or undefined where it fails. */
export function tried<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
