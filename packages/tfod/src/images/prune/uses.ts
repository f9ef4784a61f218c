import { existsSync, utimesSync } from 'node:fs';
import { mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../../files/atomic-write';
import { cacheDirIfAny } from '../../files/cache-dir';
import { digestOf, hexOf } from '../../values/digest';
import type { Key } from '../key';

const ROOT_FILE = 'workspace';

/** That a workspace on this machine wanted an image. */
export interface Use {
  /** Absolute, with no link in it. */
  readonly workspaceRoot: string;
  /** `gone`: its folder was removed. `unreachable`: the folder above is not there either, so it may come back. */
  readonly workspace: 'there' | 'gone' | 'unreachable';
  readonly lastMs: number;
}

/**
 * Which workspace of this machine has wanted which key, and when last: an empty file for each, whose time is
 * touched. Nothing but the removal of images asks for it, so that no build fails where it cannot be written.
 */
export class Uses {
  /** Undefined where there is no cache folder. */
  readonly #folder: string | undefined;

  constructor(env: NodeJS.ProcessEnv) {
    const home = cacheDirIfAny(env, process.platform);
    this.#folder = home && join(home, 'uses');
  }

  async note(workspace: string, keys: readonly Key[]): Promise<void> {
    if (this.#folder === undefined) return;
    const workspaceRoot = await realpath(workspace);
    const folder = join(this.#folder, hexOf(digestOf(workspaceRoot)).slice(0, 16));
    const now = new Date();
    const unknown: Key[] = [];
    for (const key of keys) {
      if (!touched(join(folder, key), now)) unknown.push(key);
    }
    if (unknown.length === 0) return;
    await noteFirst(folder, workspaceRoot, unknown).catch(() => undefined);
  }

  /** By key. */
  async all(): Promise<ReadonlyMap<Key, readonly Use[]>> {
    const uses = new Map<Key, Use[]>();
    for (const folder of await this.#workspaces()) {
      const workspaceRoot = await readFile(join(folder, ROOT_FILE), 'utf8').catch(() => undefined);
      if (workspaceRoot !== undefined) await this.#addFrom(folder, workspaceRoot, uses);
    }
    return uses;
  }

  /** For an image that is no more. */
  async forget(key: Key): Promise<void> {
    for (const folder of await this.#workspaces()) await rm(join(folder, key), { force: true });
  }

  /** A folder for each. */
  async #workspaces(): Promise<readonly string[]> {
    const home = this.#folder;
    if (home === undefined) return [];
    return (await readdir(home).catch(() => [])).map((name) => join(home, name));
  }

  async #addFrom(folder: string, workspaceRoot: string, uses: Map<Key, Use[]>): Promise<void> {
    for (const name of await readdir(folder)) {
      if (name === ROOT_FILE) continue;
      const facts = await stat(join(folder, name)).catch(() => undefined);
      if (facts === undefined) continue;
      const use = { workspaceRoot, workspace: stateOf(workspaceRoot), lastMs: facts.mtimeMs };
      uses.set(name as Key, [...(uses.get(name as Key) ?? []), use]);
    }
  }
}

async function noteFirst(folder: string, workspaceRoot: string, keys: readonly Key[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, ROOT_FILE), workspaceRoot);
  for (const key of keys) await writeFile(join(folder, key), '');
}

/** Whether the file is there; a run touches hundreds, and waiting for each takes longer than doing it. */
function touched(file: string, now: Date): boolean {
  try {
    utimesSync(file, now, now);
    return true;
  } catch {
    return false;
  }
}

function stateOf(workspaceRoot: string): Use['workspace'] {
  if (existsSync(workspaceRoot)) return 'there';
  return existsSync(dirname(workspaceRoot)) ? 'gone' : 'unreachable';
}
