// @ts-check
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCandidates } from './apt-policy.mjs';
import { formatSource, parseDeb822, parseOneLine } from './apt-sources.mjs';
import { lastLines, probe, run } from './commands.mjs';
import { EngineFailure } from './failure.mjs';

/** @typedef {import('./apt-sources.mjs').AptSource} AptSource */

const ETC_APT = '/etc/apt';
const REMEDY = 'check the apt sources and the network: apt-get update';

/**
 * The machine's own apt sources, in both formats.
 *
 * @returns {AptSource[]}
 */
export function machineSources() {
  const folder = join(ETC_APT, 'sources.list.d');
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const files = [join(ETC_APT, 'sources.list'), ...names.map((name) => join(folder, name))];
  return files.filter(existsSync).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    if (file.endsWith('.sources')) return parseDeb822(text);
    return file.endsWith('.list') ? parseOneLine(text) : [];
  });
}

/**
 * apt with package lists of its own, so that the machine's stay as they are: either of the machine's own sources or of
 * one other suite of the same archive.
 */
export class Apt {
  /** @type {string[]} */
  #options;
  #env;
  #updateLog = '';

  /**
   * @param {string} folder For lists and downloads; made if it is not there.
   * @param {NodeJS.ProcessEnv} env
   * @param {{ archive: import('./apt-sources.mjs').Archive, suite: string }} [other]
   */
  constructor(folder, env, other) {
    mkdirSync(join(folder, 'lists', 'partial'), { recursive: true });
    mkdirSync(join(folder, 'archives', 'partial'), { recursive: true });
    this.#env = { ...env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
    this.#options = [
      `Dir::State::Lists=${join(folder, 'lists')}`,
      `Dir::Cache::archives=${join(folder, 'archives')}`,
      'Dir::Cache::pkgcache=',
      'Dir::Cache::srcpkgcache=',
      'APT::Sandbox::User=root',
      'Acquire::Languages=none',
    ].flatMap((option) => ['-o', option]);
    if (other) {
      const file = join(folder, `${other.suite}.sources`);
      writeFileSync(file, formatSource(other.archive, [other.suite]));
      this.#options.push('-o', `Dir::Etc::sourcelist=${file}`, '-o', 'Dir::Etc::sourceparts=-');
    }
  }

  /**
   * Fetches the lists. A source that cannot be fetched is a failure only if `require` then misses a package: many a
   * machine has a broken source that has nothing to do with this.
   */
  async update() {
    const argv = /** @type {const} */ (['apt-get', '-q', ...this.#options, 'update']);
    const { stdout, stderr } = await probe(argv, { env: this.#env });
    this.#updateLog = lastLines(`${stdout}\n${stderr}`);
  }

  /**
   * @param {readonly string[]} names
   * @returns {Promise<Map<string, string>>} Name → version, of those that can be had.
   */
  async candidates(names) {
    const argv = /** @type {const} */ (['apt-cache', ...this.#options, 'policy', ...names]);
    return parseCandidates(await run(argv, { env: this.#env, remedy: REMEDY }));
  }

  /**
   * @param {readonly string[]} names
   * @throws {EngineFailure} Unless every one of them can be had.
   */
  async require(names) {
    const available = await this.candidates(names);
    const missing = names.filter((name) => !available.has(name));
    if (missing.length === 0) return;
    throw new EngineFailure(`the apt sources do not offer ${missing.join(', ')}`, {
      remedy: REMEDY,
      log: this.#updateLog,
    });
  }

  /**
   * Downloads packages, and nothing that they depend on.
   *
   * @param {readonly string[]} names
   * @param {string} folder
   */
  async download(names, folder) {
    mkdirSync(folder, { recursive: true });
    await this.#get(['download', ...names], folder);
  }

  /**
   * Downloads packages and those of their dependencies that the machine lacks; installs nothing.
   *
   * @param {readonly string[]} names
   * @param {string} folder
   */
  async downloadWithDependencies(names, folder) {
    mkdirSync(join(folder, 'partial'), { recursive: true });
    const target = ['-o', `Dir::Cache::archives=${folder}`, '-o', 'Debug::NoLocking=true'];
    await this.#get([...target, '--yes', '--no-install-recommends', '--download-only', 'install', ...names]);
  }

  /**
   * @param {readonly string[]} args
   * @param {string} [cwd]
   */
  async #get(args, cwd) {
    const argv = /** @type {const} */ (['apt-get', '-q', ...this.#options, ...args]);
    const { code, stdout, stderr } = await probe(argv, { env: this.#env, ...(cwd ? { cwd } : {}) });
    if (code === 0) return;
    throw new EngineFailure(`apt-get ${args.find((arg) => /^[a-z]+$/.test(arg))} failed`, {
      remedy: REMEDY,
      log: lastLines(`${stdout}\n${stderr}`),
    });
  }
}
