// @ts-check
import { spawn } from 'node:child_process';

/**
 * @typedef {object} Outcome
 * @property {number} code exit status; 128 + n for a signal is not told apart from 1
 * @property {string} stdout
 * @property {string} tail the last lines of stdout and stderr together
 */

const TAIL_LINES = 60;

/**
 * Runs one command given as argv and keeps what it printed.
 *
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, echo?: boolean }} [options] echo: pass the output on as it comes
 * @returns {Promise<Outcome>}
 */
export function runCommand(argv, { cwd, env, echo = false } = {}) {
  const [file = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {Buffer[]} */
    const out = [];
    /** @type {Buffer[]} */
    const both = [];
    child.stdout.on('data', (chunk) => {
      out.push(chunk);
      both.push(chunk);
      if (echo) process.stdout.write(chunk);
    });
    child.stderr.on('data', (chunk) => {
      both.push(chunk);
      if (echo) process.stderr.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const text = Buffer.concat(both).toString('utf8').trimEnd();
      resolve({
        code: code ?? 1,
        stdout: Buffer.concat(out).toString('utf8'),
        tail: text.split('\n').slice(-TAIL_LINES).join('\n'),
      });
    });
  });
}
