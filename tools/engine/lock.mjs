// @ts-check
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { EngineFailure } from './failure.mjs';
import { step } from './progress.mjs';

/**
 * @typedef {import('node:stream').Readable} Readable
 * @typedef {import('node:stream').Writable} Writable
 */

/**
 * Does work while holding an exclusive lock. The kernel holds it (flock(1) around a `cat` that ends with this
 * process's pipe), so a holder that was killed, in whatever way, leaves nothing to clean up.
 *
 * @template T
 * @param {string} path The lock's file.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  const holder = spawn('flock', ['--exclusive', path, 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => holder.on('close', resolve).on('error', resolve));
  try {
    await step(`waiting for another engine command (${path})`, () => acquired(holder));
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}

/**
 * `cat` can only answer once flock has started it, which is once the lock is held.
 *
 * @param {import('node:child_process').ChildProcessByStdio<Writable, Readable, null>} holder
 * @returns {Promise<void>}
 */
function acquired(holder) {
  return new Promise((resolve, reject) => {
    const refuse = () => reject(new EngineFailure('flock does not work', { remedy: 'install util-linux' }));
    holder.on('error', refuse).on('close', refuse);
    holder.stdin.on('error', refuse);
    holder.stdout.once('data', () => resolve());
    holder.stdin.write('held?\n');
  });
}
