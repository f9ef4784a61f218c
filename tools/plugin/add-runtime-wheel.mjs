// @ts-check
/**
 * Puts the runtime wheel into the built plugin, alone: an older wheel left beside it would be a second answer
 * to "which runtime does this plugin carry".
 *
 * Usage: node tools/plugin/add-runtime-wheel.mjs WHEEL_FOLDER OUTPUT_FOLDER
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [from, to] = process.argv.slice(2);
if (!from || !to) throw new Error('usage: add-runtime-wheel.mjs WHEEL_FOLDER OUTPUT_FOLDER');

const wheels = readdirSync(from).filter((name) => name.endsWith('.whl'));
if (wheels.length !== 1) {
  throw new Error(`expected one wheel in ${from}, found ${wheels.length}: ${wheels.join(', ') || 'none'}`);
}
rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
copyFileSync(join(from, String(wheels[0])), join(to, String(wheels[0])));
