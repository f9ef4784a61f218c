import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FilesSeen, lastChange, stampOf, tried, type Seen, type Stamp } from './files-seen';

/** Where Nx keeps what belongs to one workspace; `nx reset` empties it, and no watcher looks there. */
export const KEPT_IN = '.nx/workspace-data/tfod-graph.json';
/** Git calls a file racily clean that changed so shortly before it was noted that a change after it may not show. */
const SETTLED_NS = 2_000_000_000n;

interface Reading {
  readonly seen: readonly (readonly [path: string, stamp: Stamp])[];
  /** By the file system, in nanoseconds, as a string: JSON has no such numbers. */
  readonly lastChange: string;
  readonly value: unknown;
}

/** What is in the file. */
interface Kept {
  readonly readBy: string;
  /** When reading began, by the file system, in nanoseconds. */
  readonly begun: string;
  readonly readings: Readonly<Record<string, Reading>>;
}

/**
 * What the files of a workspace say, kept from one command to the next: to look at the state of a file takes a third of the
 * time that it takes to read it. A reading holds for as long as all that was seen for it is as it was. The clock
 * is not asked: what changed shortly before it was read may have changed once more without a trace, and is read again.
 */
export class KeptReadings {
  readonly #path: string;
  readonly #kept: Kept;
  readonly #next = new Map<string, Reading>();
  #begun: bigint | undefined;

  constructor(private readonly workspaceRoot: string) {
    this.#path = join(workspaceRoot, KEPT_IN);
    this.#kept = readKept(this.#path, workspaceRoot);
  }

  /**
   * What is kept about something, or what `read` makes of the files; that has to be something that JSON can hold, and to
   * follow from these files alone.
   */
  of<Value>(about: string, read: (files: FilesSeen) => Value): Value {
    const kept = this.#kept.readings[about];
    if (kept !== undefined && this.#holds(kept)) {
      this.#next.set(about, kept);
      return kept.value as Value;
    }
    this.#begun ??= timeIn(dirname(this.#path));
    const files = new FilesSeen(this.workspaceRoot);
    const value = read(files);
    this.#next.set(about, readingOf(files.seen, value));
    return value;
  }

  /** Keeps what was asked for, and forgets the rest. Where it cannot be written nothing is kept. */
  save(): void {
    if (this.#begun === undefined) return;
    const kept: Kept = {
      readBy: readBy(this.workspaceRoot),
      begun: String(this.#begun),
      readings: Object.fromEntries(this.#next),
    };
    tried(() => writeWhole(this.#path, JSON.stringify(kept)));
  }

  #holds({ seen, lastChange }: Reading): boolean {
    const isSettled = BigInt(lastChange) < BigInt(this.#kept.begun) - SETTLED_NS;
    return isSettled && seen.every(([path, stamp]) => stampOf(join(this.workspaceRoot, path)) === stamp);
  }
}

function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function readingOf(seen: Seen, value: unknown): Reading {
  return { seen: [...seen], lastChange: String(lastChange(seen)), value };
}

/**
 * Another plugin may read other things in the same files: an installed one has a place and a state of its own. And a
 * workspace that was moved has other paths.
 */
const readBy = (workspaceRoot: string): string => [__filename, stampOf(__filename), workspaceRoot].join(' ');

function readKept(path: string, workspaceRoot: string): Kept {
  const kept = tried(() => JSON.parse(readFileSync(path, 'utf8')) as Kept | null);
  const mine = readBy(workspaceRoot);
  return kept?.readBy === mine ? kept : { readBy: mine, begun: '0', readings: {} };
}

/** What time it is for the file system of a folder; long ago where nothing can be written. */
function timeIn(folder: string): bigint {
  const probe = join(folder, `tfod-graph-time.${process.pid}`);
  tried(() => mkdirSync(folder, { recursive: true }));
  tried(() => writeFileSync(probe, ''));
  const time = lastChange(new Map([[probe, stampOf(probe)]]));
  tried(() => rmSync(probe, { force: true }));
  return time;
}
