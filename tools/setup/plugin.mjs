// @ts-check
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './step.mjs';

const QUIET_NX = { NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true' };

/**
 * Builds the publishable plugin, the runtime wheel in it, and packs it as npm would.
 *
 * @param {string} root the checkout
 * @returns {Promise<string>} path of the .tgz
 */
export async function packPlugin(root) {
  const env = { ...process.env, ...QUIET_NX };
  const nx = join(root, 'node_modules/.bin/nx');
  await step('build the plugin', [nx, 'build', 'tfod'], { cwd: root, env });
  const target = join(root, 'dist/pack');
  mkdirSync(target, { recursive: true });
  const packed = await step('pack the plugin', ['npm', 'pack', '--json', '--pack-destination', target], {
    cwd: join(root, 'dist/packages/tfod'),
  });
  return join(target, JSON.parse(packed)[0].filename);
}
