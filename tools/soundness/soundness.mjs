// @ts-check
/**
 * Holds `nx affected` against the keys of images in random commits: a project whose keys differ must be among them.
 *
 * Usage: node tools/soundness/soundness.mjs [COMMITS] [SEED]
 *
 * COMMITS (default 500) are tried in this process, with the graph that the plugin makes and the functions of Nx that
 * compute what is affected; one in twenty, but at least six, again by `nx show projects --affected` in Git workspaces with Nx 23 and 24.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { packPlugin } from '../setup/plugin.mjs';

const [commits = 500, seed = 1] = process.argv.slice(2).map(Number);
const root = fileURLToPath(new URL('../..', import.meta.url));

jest('packages/tfod/jest.config.cjs', 'graph/soundness', {
  TFOD_COMMITS: String(commits),
  TFOD_SEED: String(seed),
});
jest('e2e/jest.config.cjs', 'soundness', {
  TFOD_NX_COMMITS: String(Math.max(6, Math.round(commits / 20))),
  TFOD_PACKED_PLUGIN: await packPlugin(root),
});

/**
 * @param {string} config
 * @param {string} pattern
 * @param {Record<string, string>} env
 */
function jest(config, pattern, env) {
  const args = ['--config', config, '--runInBand', pattern];
  const { status } = spawnSync('node_modules/.bin/jest', args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
