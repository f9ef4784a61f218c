import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomicSync } from '../files/atomic-write';
import { digestOf } from '../values/digest';
import { FilesSeen, lastChange, stampOf, tried, type Stamp } from './files-seen';
import { keptIn, removeLeft, timeAt } from './readings-file';

/** Git calls a file racily clean that changed so shortly before it was noted that a change after it may not show. */
const SETTLED_NS = 2_000_000_000n;

interface Reading {
  readonly seen: readonly (readonly [path: string, stamp: Stamp])[];
  readonly value: unknown;
}

/** What is in the file. */
interface Kept {
  readonly readBy: string;
  /** When reading began, by the file system, in nanoseconds, as a string: JSON has no such numbers. */
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

  constructor(
    private readonly workspaceRoot: string,
    env: NodeJS.ProcessEnv,
  ) {
    this.#path = keptIn(workspaceRoot, env);
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
    this.#begun ??= timeAt(this.#path);
    const files = new FilesSeen(this.workspaceRoot);
    const value = read(files);
    this.#next.set(about, { seen: [...files.seen], value });
    return value;
  }

  /**
   * Keeps what was asked for, and of the rest what still holds: the plugin may be registered twice, for parts of a
   * workspace. Where it cannot be written nothing is kept.
   */
  save(): void {
    if (this.#begun === undefined) return;
    removeLeft(this.#path, this.#begun);
    for (const [about, kept] of Object.entries(this.#kept.readings)) {
      if (!this.#next.has(about) && this.#holds(kept)) this.#next.set(about, kept);
    }
    const kept: Kept = {
      readBy: this.#kept.readBy,
      begun: String(this.#begun),
      readings: Object.fromEntries(this.#next),
    };
    tried(() => writeFileAtomicSync(this.#path, JSON.stringify(kept)));
  }

  #holds({ seen }: Reading): boolean {
    const settled = BigInt(this.#kept.begun) - SETTLED_NS;
    const isSettled = seen.every(([, stamp]) => lastChange(stamp) < settled);
    return isSettled && seen.every(([path, stamp]) => stampOf(join(this.workspaceRoot, path)) === stamp);
  }
}

/**
 * Another plugin may read other things in the same files: an installed one has a place and files with a state of their
 * own. And a workspace that was moved has other paths.
 */
function readBy(workspaceRoot: string): string {
  const readers = [__dirname, join(__dirname, '../dockerfile')].flatMap((folder) =>
    readdirSync(folder).map((name) => `${name} ${stampOf(join(folder, name))}`),
  );
  return digestOf([__dirname, workspaceRoot, ...readers].join('\n'));
}

function readKept(path: string, workspaceRoot: string): Kept {
  const kept = tried(() => JSON.parse(readFileSync(path, 'utf8')) as Kept | null);
  const mine = readBy(workspaceRoot);
  return kept?.readBy === mine ? kept : { readBy: mine, begun: '0', readings: {} };
}
