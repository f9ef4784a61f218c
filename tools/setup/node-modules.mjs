// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './step.mjs';

/**
 * Installs the locked npm packages unless the ones that lie there came from this very lock file.
 *
 * @param {string} root the checkout
 */
export async function ensureNodeModules(root) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const marker = join(root, 'node_modules', '.tfod-lock');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;
  await step('install npm packages', ['npm', 'ci', '--no-audit', '--no-fund'], { cwd: root });
  writeFileSync(marker, lock);
}
