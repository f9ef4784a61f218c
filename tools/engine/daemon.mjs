// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, startDetached } from './commands.mjs';
import { EngineFailure } from './failure.mjs';
import { identify, isRunning } from './process-identity.mjs';

/**
 * @typedef {import('./process-identity.mjs').ProcessIdentity} ProcessIdentity
 * @typedef {{ socketPath: string } | { host: string, port: number }} Address
 */

const POLL_MS = 100;

/**
 * Starts a daemon that outlives this command and waits until it answers.
 *
 * @param {import('./commands.mjs').Argv} argv
 * @param {object} options
 * @param {NodeJS.ProcessEnv} options.env
 * @param {string} options.log
 * @param {Address} options.address
 * @param {string} options.path What answers 200 once the daemon is ready.
 * @param {number} options.patienceMs
 * @param {(identity: ProcessIdentity) => void} options.onStart Called at once, so that a record is there before
 *   anything else can go wrong.
 */
export async function startDaemon(argv, { env, log, address, path, patienceMs, onStart }) {
  const logStart = existsSync(log) ? readFileSync(log).length : 0;
  const pid = await startDetached(argv, { env, log });
  const identity = identify(pid);
  if (identity) onStart(identity);
  const deadline = performance.now() + patienceMs;
  while (identity && isRunning(identity) && performance.now() < deadline) {
    if (await answers(address, path)) return;
    await sleep(POLL_MS);
  }
  const why =
    identity && isRunning(identity) ? `did not answer within ${patienceMs / 1000} s` : 'ended at once';
  if (identity) await stopProcess(identity, 5000);
  throw new EngineFailure(`${argv[0]} ${why}`, {
    remedy: `read its log ${log}`,
    log: lastLines(readFileSync(log).subarray(logStart).toString('utf8')),
  });
}

/**
 * Asks that very process to end, and ends it when it does not. A process that ended before is no failure.
 *
 * @param {ProcessIdentity} identity
 * @param {number} patienceMs
 */
export async function stopProcess(identity, patienceMs) {
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGKILL'])) {
    if (!isRunning(identity)) return;
    process.kill(identity.pid, signal);
    const deadline = performance.now() + patienceMs;
    while (isRunning(identity) && performance.now() < deadline) await sleep(POLL_MS);
  }
}

/**
 * @param {Address} address
 * @param {string} path
 * @returns {Promise<boolean>}
 */
export async function answers(address, path) {
  const response = await get(address, path).catch(() => undefined);
  return response?.status === 200;
}

/**
 * @param {Address} address
 * @param {string} path
 * @param {{ method?: string, headers?: Record<string, string> }} [options]
 * @returns {Promise<{ status: number, headers: import('node:http').IncomingHttpHeaders, body: string }>}
 */
export function get(address, path, { method = 'GET', headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const sent = request({ ...address, path, method, headers, timeout: 5000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer within 5 s')));
    sent.on('error', reject).end();
  });
}
