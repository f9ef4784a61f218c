import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../files/atomic-write';
import { cacheDir } from '../../files/cache-dir';
import { dropOldest } from '../../files/drop-oldest';
import type { Key } from '../key';
import type { KeptRecord } from './kept-record';
import { formatKeptRecord, parseKeptRecord } from './record-text';

/** Records kept; each is some 5 kB. */
const MOST = 10_000;

/**
 * The records of the images that were built or found on this machine, by key: those of every checkout and branch. The
 * oldest make way: a lost one costs a reason, not a build.
 */
export class RecordCache {
  readonly folder: string;

  constructor(
    env: NodeJS.ProcessEnv,
    private readonly most = MOST,
  ) {
    this.folder = join(cacheDir(env, process.platform), 'records');
  }

  /** Reads at once and only what is asked for: a plan that builds nothing asks for none. */
  find(key: Key): KeptRecord | undefined {
    try {
      return parseKeptRecord(readFileSync(this.#file(key), 'utf8'), key);
    } catch {
      return undefined;
    }
  }

  async keep(kept: KeptRecord): Promise<void> {
    await writeFileAtomic(this.#file(kept.key), formatKeptRecord(kept));
    // Other processes keep and drop at the same time.
    await dropOldest(this.folder, this.most).catch(() => undefined);
  }

  #file(key: Key): string {
    return join(this.folder, `${key}.json`);
  }
}
