// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.mjs';
import { step } from './step.mjs';

/** The minors of Python 3 that TensorFlow 2.21 supports. */
const OLDEST = 10;
const NEWEST = 13;

/**
 * Makes `.venv`: the developers' tools, and with `tensorflow` the locked sets of the images on top, that of TensorFlow
 * and that of LiteRT, which have all other packages in common. A level whose lock files have not changed is left alone.
 *
 * @param {string} root the checkout
 * @param {{ tensorflow: boolean }} wanted
 */
export async function ensurePython(root, { tensorflow }) {
  const { file, minor } = await findPython();
  const venv = join(root, '.venv');
  const python = join(venv, 'bin', 'python');
  const dev = join(root, 'tools/python/dev.lock');
  const locks = join(root, `packages/tfod/locks/2.21/py3.${minor}`);
  const [set, lite] = [join(locks, 'tf.lock'), join(locks, 'lite.lock')];

  const base = level(venv, 'tools', [dev], minor);
  if (!base.isCurrent()) {
    rmSync(venv, { recursive: true, force: true });
    await step('make the Python environment', [file, '-m', 'venv', venv]);
    await install(python, dev, 'install Python tools');
    base.mark();
  }
  if (!tensorflow) return;
  const full = level(venv, 'tensorflow', [dev, set, lite], minor);
  if (full.isCurrent()) return;
  await install(python, set, 'install locked TensorFlow');
  await install(python, lite, 'install locked LiteRT');
  await step('install the runtime package for development', [
    ...[python, '-m', 'pip', 'install', '--quiet', '--no-deps', '--no-build-isolation'],
    ...['--editable', join(root, 'packages/tfod-runtime')],
  ]);
  full.mark();
}

/**
 * @param {string} python
 * @param {string} lock
 * @param {string} title
 */
async function install(python, lock, title) {
  const argv = [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await step(title, [...argv, '--require-hashes', '--no-deps', '--only-binary', ':all:', '-r', lock]);
}

/**
 * @param {string} venv
 * @param {string} name
 * @param {readonly string[]} locks
 * @param {number} minor
 */
function level(venv, name, locks, minor) {
  const hash = createHash('sha256').update(`3.${minor}\n`);
  for (const lock of locks) hash.update(readFileSync(lock));
  const want = hash.digest('hex');
  const marker = join(venv, `.tfod-${name}`);
  return {
    isCurrent: () => existsSync(marker) && readFileSync(marker, 'utf8') === want,
    mark: () => writeFileSync(marker, want),
  };
}

/** @returns {Promise<number>} the minor version of the Python that is used */
export async function pythonMinor() {
  return (await findPython()).minor;
}

/** @returns {Promise<{ file: string, minor: number }>} the first Python on PATH that TensorFlow 2.21 supports */
async function findPython() {
  const found = [];
  for (const file of ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10']) {
    const print = 'import sys; print(*sys.version_info[:2])';
    const { code, stdout } = await runCommand([file, '-c', print]).catch(() => ({ code: 127, stdout: '' }));
    if (code !== 0) continue;
    const [major = 0, minor = 0] = stdout.trim().split(' ').map(Number);
    if (major === 3 && minor >= OLDEST && minor <= NEWEST) return { file, minor };
    found.push(`${file} is ${major}.${minor}`);
  }
  throw new Error(`Python 3.${OLDEST} to 3.${NEWEST} is needed on PATH; found ${found.join(', ') || 'none'}`);
}
