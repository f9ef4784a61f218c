// @ts-check
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureEngine } from '../setup/engine.mjs';
import { packPlugin } from '../setup/plugin.mjs';
import { makeWorkspace } from '../workspace/make-workspace.mjs';
import { workspaceEnv } from '../workspace/workspace-env.mjs';

/**
 * @typedef {object} Bench
 * @property {string} folder the workspace
 * @property {NodeJS.ProcessEnv} env
 * @property {string} space what the names of the images of this run begin with
 * @property {(...args: string[]) => string} nx runs Nx in the workspace; throws with its output when it fails
 * @property {(...args: string[]) => string} docker
 */

/**
 * Does the work in a new workspace with the packed plugin, on a real engine, and takes the workspace and its images
 * away afterwards.
 *
 * @param {(bench: Bench) => Promise<void>} work
 */
export async function withBenchWorkspace(work) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const engine = await ensureEngine(root);
  if ('reason' in engine) throw new Error(engine.reason);
  const folder = mkdtempSync(join(tmpdir(), 'tfod-bench-'));
  const space = `tfod-bench-${process.pid}`;
  const env = {
    ...workspaceEnv({ ...process.env, ...engine.env }, folder),
    TFOD_CACHE_DIR: `${folder}.cache`,
  };
  const run = (/** @type {string} */ file, /** @type {string[]} */ args) => {
    const options = /** @type {const} */ ({ cwd: folder, env, encoding: 'utf8', stdio: 'pipe' });
    try {
      return execFileSync(file, args, { ...options, maxBuffer: 2 ** 28 });
    } catch (error) {
      const { stdout = '', stderr = '' } = /** @type {{ stdout?: string, stderr?: string }} */ (error);
      writeFileSync(`${folder}.failed.txt`, stdout + stderr);
      throw new Error(`${file} ${args.join(' ')} failed, see ${folder}.failed.txt`, { cause: error });
    }
  };
  const docker = (/** @type {string[]} */ ...args) => run('docker', args);
  try {
    await makeWorkspace(folder, await packPlugin(root));
    const nx = (/** @type {string[]} */ ...args) => run(join(folder, 'node_modules/.bin/nx'), args);
    await work({ folder, env, space, nx, docker });
  } finally {
    const listed = docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}').split('\n');
    const own = listed.filter((ref) => ref.startsWith(space));
    if (own.length > 0) docker('image', 'rm', '--force', ...own);
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${folder}.cache`, { recursive: true, force: true });
  }
}
