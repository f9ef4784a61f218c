// @ts-check
/**
 * Makes an Nx workspace in a folder of its own, with a packed tfod installed as a user would install it.
 *
 * Usage: node tools/workspace/make-workspace.mjs FOLDER PLUGIN.tgz [NX_VERSION]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { step } from '../setup/step.mjs';
import { workspaceEnv } from './workspace-env.mjs';

const NX = '23.2.1';

/**
 * @param {string} folder made if it is not there
 * @param {string} plugin path of the packed plugin
 * @param {string} [nx] version of nx and @nx/devkit
 */
export async function makeWorkspace(folder, plugin, nx = NX) {
  mkdirSync(folder, { recursive: true });
  const write = (/** @type {string} */ name, /** @type {unknown} */ content) =>
    writeFileSync(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
  write('package.json', {
    name: 'acme',
    version: '0.0.0',
    private: true,
    devDependencies: { nx, '@nx/devkit': nx, tfod: `file:${resolve(plugin)}` },
  });
  write('nx.json', {
    analytics: false,
    neverConnectToCloud: true,
    cacheDirectory: '.nx/cache',
    defaultBase: 'main',
  });
  writeFileSync(join(folder, '.gitignore'), 'node_modules/\n.nx/\ndist/\n');
  const env = workspaceEnv(process.env, folder);
  const inFolder = { cwd: folder, env };
  await step(
    'install nx and tfod',
    ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline'],
    inFolder,
  );
  await step('register the plugin', [join(folder, 'node_modules/.bin/nx'), 'g', 'tfod:init'], inFolder);
  await step('start a git history', ['git', 'init', '--quiet', '--initial-branch=main'], inFolder);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, plugin, nx] = process.argv.slice(2);
  if (!folder || !plugin) throw new Error('usage: make-workspace.mjs FOLDER PLUGIN.tgz [NX_VERSION]');
  await makeWorkspace(folder, plugin, nx);
}
