import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileAtomic } from '../../files/atomic-write';
import { mustWrite } from '../../files/cache-dir';
import { takeTurn } from '../../files/turn';
import { digestOf, hexOf, type Digest } from '../../values/digest';
import {
  listModelFiles,
  savedModelDigest,
  treeDigest,
  type HashedFile,
  type ModelFile,
} from '../saved-model';

/** What is known of an archive that was unpacked once. */
export interface ArchiveRecord {
  readonly bytes: number;
  readonly savedModel: Digest;
  /** The text of the one label map that was in it. */
  readonly labels?: string;
}

/** What an address gave, and when. */
interface AddressRecord {
  readonly sha256: Digest;
  readonly fetchedMs: number;
}

/** So long an address is believed to give the same, so that N services which are made at once fetch it once. */
const FRESH_MS = 10 * 60 * 1000;
/** What a killed process left behind is taken for rubbish after this. */
const ABANDONED_MS = 7 * 24 * 60 * 60 * 1000;
const READ_ONLY = 0o444;
const LOOK_MS = 100;
const QUIET_MS = 2000;

/**
 * The models of this machine, one folder for each SavedModel by its tree digest, shared by all workspaces. What is
 * in it came whole and was checked; what comes out is checked again, since a cache is a folder that anyone may edit.
 */
export class ModelStore {
  readonly #folder: string;

  constructor(
    private readonly cacheFolder: string,
    private readonly now: () => number = Date.now,
  ) {
    this.#folder = join(cacheFolder, 'models');
  }

  /** The folder of a SavedModel; undefined when it is not there, or is not what it was. */
  async find(digest: Digest): Promise<string | undefined> {
    const folder = this.#treeFolder(digest);
    const files = await listModelFiles(folder).catch(() => []);
    if (files.length === 0) return undefined;
    if ((await this.digestOf(folder, files)) === digest) return folder;
    await this.#discard(folder);
    return undefined;
  }

  /** The digest of any folder, read anew only when one of its files was touched. */
  async digestOf(folder: string, files: readonly ModelFile[]): Promise<Digest> {
    return savedModelDigest(folder, files, { folder: this.cacheFolder, nowMs: this.now() });
  }

  /** Takes a folder in whose files are hashed, and gives its place; the same model is there once. */
  async add(folder: string, files: readonly HashedFile[]): Promise<{ digest: Digest; folder: string }> {
    const digest = treeDigest(files);
    const known = await this.find(digest);
    if (known !== undefined) return { digest, folder: known };
    // Services may have the very same files by hard links: an edit there must not reach the others.
    for (const { path } of files) await chmod(join(folder, path), READ_ONLY);
    const target = this.#treeFolder(digest);
    await mkdir(join(this.#folder, 'trees'), { recursive: true });
    try {
      await rename(folder, target);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error;
      if ((await this.find(digest)) === undefined) throw error; // somebody else was not quicker after all
    }
    return { digest, folder: target };
  }

  async archive(sha256: Digest): Promise<ArchiveRecord | undefined> {
    return readJson<ArchiveRecord>(this.#archiveFile(sha256));
  }

  async keepArchive(sha256: Digest, record: ArchiveRecord): Promise<void> {
    await writeFileAtomic(this.#archiveFile(sha256), `${JSON.stringify(record)}\n`);
  }

  /** What was put beside a SavedModel on this machine, by path from the model folder. */
  async besides(savedModel: Digest): Promise<ReadonlyMap<string, Digest>> {
    const record = await readJson<Readonly<Record<string, Digest>>>(this.#besidesFile(savedModel));
    return new Map(Object.entries(record ?? {}));
  }

  /** In addition to what was put there before. */
  async keepBesides(savedModel: Digest, files: ReadonlyMap<string, Digest>): Promise<void> {
    if (files.size === 0) return;
    const record = Object.fromEntries([...(await this.besides(savedModel)), ...files]);
    await writeFileAtomic(this.#besidesFile(savedModel), `${JSON.stringify(record)}\n`);
  }

  /** What an address gave a short while ago. */
  async recent(url: URL): Promise<Digest | undefined> {
    const record = await readJson<AddressRecord>(this.#addressFile(url));
    if (record === undefined) return undefined;
    const age = this.now() - record.fetchedMs;
    return age >= 0 && age < FRESH_MS ? record.sha256 : undefined;
  }

  async keepRecent(url: URL, sha256: Digest): Promise<void> {
    const record: AddressRecord = { sha256, fetchedMs: this.now() };
    await writeFileAtomic(this.#addressFile(url), `${JSON.stringify(record)}\n`);
  }

  /** Where what an address gives is put together. */
  partFile(url: URL): string {
    return join(this.#folder, 'parts', nameOf(url.href));
  }

  /**
   * Does the work alone among all processes that share this store and name the same thing. Undefined when another
   * one was at it and it is done by now, which all who wait hear of at once and not one after the other. `onWait` is
   * heard once, when it takes a while.
   */
  async aloneUnless<T>(
    thing: string,
    isDone: () => Promise<boolean>,
    work: () => Promise<T>,
    onWait: () => void,
  ): Promise<T | undefined> {
    const file = join(this.#folder, 'turns', `${nameOf(thing)}.lock`);
    const stop = new AbortController();
    const watch = this.#watch(isDone, stop);
    let patience: NodeJS.Timeout | undefined;
    const waits = () => (patience = setTimeout(onWait, QUIET_MS));
    const worksNow = () => {
      clearTimeout(patience);
      return work();
    };
    try {
      return await takeTurn(file, worksNow, { purpose: thing, onWait: waits, signal: stop.signal });
    } catch (error) {
      if (!stop.signal.aborted || (error as Error).name !== 'AbortError') throw error;
      return undefined;
    } finally {
      clearTimeout(patience);
      stop.abort();
      await watch;
    }
  }

  /** Only waiting ends by the signal; work goes on. */
  async #watch(isDone: () => Promise<boolean>, stop: AbortController): Promise<void> {
    while (!stop.signal.aborted) {
      await sleep(LOOK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
      if (!stop.signal.aborted && (await isDone())) stop.abort();
    }
  }

  /** Work in a folder of its own, on the store's file system, that is gone afterwards. */
  async inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
    await this.#sweep();
    const folder = join(this.#folder, 'scratch', `${process.pid}-${randomBytes(6).toString('hex')}`);
    await mustWrite(folder, () => mkdir(folder, { recursive: true }));
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #treeFolder(digest: Digest): string {
    return join(this.#folder, 'trees', hexOf(digest));
  }

  #archiveFile(sha256: Digest): string {
    return join(this.#folder, 'archives', `${hexOf(sha256)}.json`);
  }

  #besidesFile(savedModel: Digest): string {
    return join(this.#folder, 'besides', `${hexOf(savedModel)}.json`);
  }

  #addressFile(url: URL): string {
    return join(this.#folder, 'addresses', `${nameOf(url.href)}.json`);
  }

  /** Moves it away first, so that nobody finds half of it. */
  async #discard(folder: string): Promise<void> {
    await this.inScratch(async (scratch) => rename(folder, join(scratch, 'discarded'))).catch(
      () => undefined,
    );
  }

  async #sweep(): Promise<void> {
    for (const kind of ['scratch', 'parts']) {
      const folder = join(this.#folder, kind);
      for (const name of await readdir(folder).catch(() => [])) {
        const facts = await stat(join(folder, name)).catch(() => undefined);
        if (facts === undefined || facts.mtimeMs > this.now() - ABANDONED_MS) continue;
        await rm(join(folder, name), { recursive: true, force: true });
      }
    }
  }
}

function nameOf(thing: string): string {
  return hexOf(digestOf(thing));
}

async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return undefined; // never written, or cut short: it is found anew
  }
}
