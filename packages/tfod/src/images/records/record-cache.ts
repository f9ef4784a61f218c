import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../files/atomic-write';
import { cacheDir } from '../../files/cache-dir';
import type { Key } from '../key';
import type { KeptRecord } from './kept-record';
import { formatKeptRecord, parseKeptRecord } from './record-text';

/** The records of all images that were built or found on this machine, by key: those of every checkout and branch. */
export class RecordCache {
  readonly folder: string;

  constructor(env: NodeJS.ProcessEnv) {
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
  }

  #file(key: Key): string {
    return join(this.folder, `${key}.json`);
  }
}
