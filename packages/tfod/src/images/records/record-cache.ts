import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../files/atomic-write';
import { cacheDirIfAny } from '../../files/cache-dir';
import { dropOldest } from '../../files/drop-oldest';
import type { Key } from '../key';
import type { KeptRecord } from './kept-record';
import { formatKeptRecord, parseKeptRecord } from './record-text';

/** Records kept; each is some 5 kB. */
const MOST = 10_000;

/**
 * The records of the images that were built or found on this machine, by key: those of every checkout and branch. The
 * oldest make way: a lost one costs a reason, not a build, and so does a cache folder that cannot be written.
 */
export class RecordCache {
  /** Undefined where there is no cache folder. */
  readonly #folder: string | undefined;

  constructor(
    env: NodeJS.ProcessEnv,
    private readonly most = MOST,
  ) {
    const home = cacheDirIfAny(env, process.platform);
    this.#folder = home && join(home, 'records');
  }

  /** Reads at once and only what is asked for: a plan that builds nothing asks for none. */
  find(key: Key): KeptRecord | undefined {
    if (this.#folder === undefined) return undefined;
    try {
      return parseKeptRecord(readFileSync(fileOf(this.#folder, key), 'utf8'), key);
    } catch {
      return undefined;
    }
  }

  async keep(kept: KeptRecord): Promise<void> {
    if (this.#folder === undefined) return;
    try {
      await writeFileAtomic(fileOf(this.#folder, kept.key), formatKeptRecord(kept));
      await dropOldest(this.#folder, this.most);
    } catch {
      // Other processes keep and drop at the same time; what was not kept is a reason less.
    }
  }
}

function fileOf(folder: string, key: Key): string {
  return join(folder, `${key}.json`);
}
