import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustWrite } from './cache-dir';
import { lifeOf, thisProcess, type ProcessIdentity } from './process-identity';

/** Who has claimed something. */
export interface Holder extends ProcessIdentity {
  /** In the words of whoever claims. */
  readonly purpose: string;
  /** ISO 8601. */
  readonly since: string;
}

/** A claim that came earlier, of a process that is not known to have ended. */
export interface Rival {
  readonly file: string;
  readonly holder: Holder;
}

type Counts = (holder: Holder) => boolean;

/** A claim of which nothing else is known gives a sign of life so often; one that gave none for long is dead. */
const BEAT_MS = 1000;
const DEAD_MS = 8 * BEAT_MS;
const CHOOSING_LOOK_MS = 5;
const UNFINISHED_MS = 60_000;

/** `t-000012-4711-9f3c…`: whoever has the lowest number of the living has the turn. */
const TICKET = /^t-(\d+)-/;
const CHOOSING = /^c-/;

/**
 * Claims to one thing, each a file of its own in a folder: Lamport's bakery algorithm (Communications of the ACM 17,
 * 8, 1974). A claim is written whole, is never moved, and is removed by its maker, or by anybody once its maker is
 * dead. So there is nothing to steal, and two that take over from the dead at once cannot both succeed.
 */
export class Claims {
  readonly #self = thisProcess();
  /** Signs of life by file, in this process's own time: the clocks of two machines need not agree. */
  readonly #seen = new Map<string, { readonly beat: number; readonly at: number }>();

  constructor(private readonly folder: string) {}

  /** Takes a number that is higher than those of all who came before. */
  async make(purpose: string): Promise<Claim> {
    await this.#sweep();
    const since = new Date().toISOString();
    const text = JSON.stringify({ ...this.#self, purpose, since } satisfies Holder);
    const id = `${this.#self.pid}-${randomBytes(6).toString('hex')}`;
    const choosing = await this.#put(`c-${id}`, text);
    try {
      const highest = Math.max(0, ...(await this.#names()).map(numberOf));
      const name = `t-${String(highest + 1).padStart(6, '0')}-${id}`;
      return new Claim(this.folder, name, await this.#put(name, text));
    } finally {
      await rm(choosing, { force: true });
    }
  }

  /** The first of the living that counts and whose claim came before; undefined: the turn is one's own. */
  async before({ name }: Claim, counts: Counts = () => true): Promise<Rival | undefined> {
    // Whoever is choosing now may choose a lower number; whoever begins to later sees this claim.
    while (await this.#firstLiving((each) => CHOOSING.test(each))) await sleep(CHOOSING_LOOK_MS);
    return this.#firstLiving((each) => TICKET.test(each) && isBefore(each, name), counts);
  }

  /** Whether a claim of another still counts. */
  async stands({ file }: Rival): Promise<boolean> {
    return (await this.#read(file)) !== undefined;
  }

  async #firstLiving(
    wanted: (name: string) => boolean,
    counts: Counts = () => true,
  ): Promise<Rival | undefined> {
    for (const name of (await this.#names()).filter(wanted).sort(byNumber)) {
      const file = join(this.folder, name);
      const holder = await this.#read(file);
      if (holder && counts(holder)) return { file, holder };
    }
    return undefined;
  }

  /** Undefined when it is gone; that of a dead one goes now. */
  async #read(file: string): Promise<Holder | undefined> {
    const [text, facts] = await Promise.all([
      readFile(file, 'utf8').catch(() => undefined),
      stat(file).catch(() => undefined),
    ]);
    if (text === undefined || facts === undefined) return undefined;
    const holder = parseHolder(text);
    const life = lifeOf(holder, this.#self);
    if (life === 'lives' || (life === 'unknown' && this.#beats(file, facts.mtimeMs))) return holder;
    await rm(file, { force: true });
    return undefined;
  }

  #beats(file: string, beat: number): boolean {
    const now = performance.now();
    const seen = this.#seen.get(file);
    if (seen?.beat === beat) return now - seen.at < DEAD_MS;
    this.#seen.set(file, { beat, at: now });
    return true;
  }

  /** What was killed while it wrote left a file that means nothing. */
  async #sweep(): Promise<void> {
    for (const name of (await this.#names()).filter((each) => each.startsWith('.'))) {
      const file = join(this.folder, name);
      const facts = await stat(file).catch(() => undefined);
      if (facts && Date.now() - facts.mtimeMs > UNFINISHED_MS) await rm(file, { force: true });
    }
  }

  async #names(): Promise<string[]> {
    return readdir(this.folder).catch(() => []);
  }

  /** Whole or not at all. The folder goes when nobody needs it, which may be now. */
  async #put(name: string, text: string): Promise<string> {
    return mustWrite(this.folder, () => this.#write(name, text));
  }

  async #write(name: string, text: string): Promise<string> {
    const [unfinished, file] = [join(this.folder, `.${name}`), join(this.folder, name)];
    for (;;) {
      try {
        await mkdir(this.folder, { recursive: true });
        await writeFile(unfinished, text, { flag: 'wx' });
        await rename(unfinished, file);
        return file;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }
}

/** A place in the queue; it counts until it is withdrawn or its process ends. */
export class Claim {
  readonly #beat: NodeJS.Timeout;

  constructor(
    private readonly folder: string,
    readonly name: string,
    private readonly file: string,
  ) {
    const beat = (): void => void utimes(file, new Date(), new Date()).catch(() => undefined);
    this.#beat = setInterval(beat, BEAT_MS).unref();
  }

  async withdraw(): Promise<void> {
    clearInterval(this.#beat);
    await rm(this.file, { force: true });
    await rmdir(this.folder).catch(() => undefined);
  }
}

/** A file that lost its content when the machine lost its power is nobody's that could be found alive. */
function parseHolder(text: string): Holder {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return { pid: 0, host: '', place: '', started: '', purpose: '', since: '' };
  }
}

function numberOf(name: string): number {
  return Number(TICKET.exec(name)?.[1] ?? 0);
}

function byNumber(a: string, b: string): number {
  return numberOf(a) - numberOf(b) || (a < b ? -1 : 1);
}

function isBefore(a: string, b: string): boolean {
  return a !== b && byNumber(a, b) < 0;
}
