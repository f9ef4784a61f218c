#!/usr/bin/env node
// @ts-check
/**
 * Prints what an image is made of: its layers, and the packages in its virtual environment.
 *
 * Usage: node tools/benchmarks/image-parts/image-parts.mjs IMAGE
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../setup/run-command.mjs';
import { ensureEngine } from '../../setup/engine.mjs';
import { sizeTable } from './table.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PACKAGES = readFileSync(new URL('./packages.py', import.meta.url), 'utf8');

/**
 * @param {readonly string[]} argv
 * @param {NodeJS.ProcessEnv} env
 */
async function output(argv, env) {
  const { code, stdout, tail } = await runCommand(argv, { env });
  if (code !== 0) throw new Error(`${argv.slice(0, 3).join(' ')} failed\n${tail}`);
  return stdout;
}

/**
 * @param {string} image
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Record<string, number>>} bytes by instruction
 */
async function layers(image, env) {
  const format = '{{.Size}}\t{{.CreatedBy}}';
  const text = await output(
    ['docker', 'history', '--human=false', '--no-trunc', `--format=${format}`, image],
    env,
  );
  const rows = text.trim().split('\n').reverse();
  return Object.fromEntries(
    rows.map((row, index) => {
      const [bytes = '0', instruction = ''] = row.split('\t');
      return [
        `${index + 1}. ${instruction.replaceAll('|', '\\|').slice(0, 60) || 'base image'}`,
        Number(bytes),
      ];
    }),
  );
}

/**
 * @param {string} image
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Record<string, number>>} bytes by package
 */
async function packages(image, env) {
  const run = ['docker', 'run', '--rm', '--network=none', '--entrypoint=python', image, '-c', PACKAGES];
  return JSON.parse(await output(run, env));
}

const [image] = process.argv.slice(2);
if (!image || image.startsWith('-')) {
  process.stdout.write('usage: node tools/benchmarks/image-parts/image-parts.mjs IMAGE\n');
  process.exit(image === '--help' ? 0 : 2);
}
const engine = await ensureEngine(ROOT);
if ('reason' in engine) throw new Error(engine.reason);
const env = { ...process.env, ...engine.env };
process.stdout.write(`${sizeTable('layer', await layers(image, env), 1e6)}\n\n`);
process.stdout.write(`${sizeTable('package', await packages(image, env), 10e6)}\n`);
