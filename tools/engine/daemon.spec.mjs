// @ts-check
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { answers, startDaemon, stopProcess } from './daemon.mjs';
import { isRunning } from './process-identity.mjs';

/** @typedef {import('./process-identity.mjs').ProcessIdentity} ProcessIdentity */

const folder = mkdtempSync(join(tmpdir(), 'engine-daemon-'));
after(() => rmSync(folder, { recursive: true }));

/**
 * @param {string} name
 * @param {string} script
 * @param {ProcessIdentity[]} started
 */
function start(name, script, started) {
  const socketPath = join(folder, `${name}.sock`);
  const argv = /** @type {const} */ ([process.execPath, '--eval', script, socketPath]);
  const log = join(folder, `${name}.log`);
  const onStart = (/** @type {ProcessIdentity} */ identity) => void started.push(identity);
  return startDaemon(argv, {
    env: process.env,
    log,
    address: { socketPath },
    path: '/ready',
    patienceMs: 5000,
    onStart,
  });
}

const SERVER = `
  console.log('listening');
  require('node:http').createServer((_, response) => response.end()).listen(process.argv[1]);`;

test('a daemon answers once it is started, logs to its file, and ends when it is stopped', async () => {
  /** @type {ProcessIdentity[]} */
  const started = [];
  await start('good', SERVER, started);
  const [identity] = started;
  assert.ok(identity && isRunning(identity));
  assert.equal(await answers({ socketPath: join(folder, 'good.sock') }, '/ready'), true);
  assert.equal(readFileSync(join(folder, 'good.log'), 'utf8'), 'listening\n');
  await stopProcess(identity, 5000);
  assert.equal(isRunning(identity), false);
  await stopProcess(identity, 5000);
});

test('a daemon that ends at once is reported with the last lines of its log', async () => {
  const failure = start('bad', "console.error('no such option'); process.exit(1)", []);
  await assert.rejects(failure, { name: 'EngineFailure', message: /ended at once\n {2}\| no such option\n/ });
});

test('a daemon that does not heed SIGTERM is killed', async () => {
  /** @type {ProcessIdentity[]} */
  const started = [];
  await start('deaf', `process.on('SIGTERM', () => {});${SERVER}`, started);
  const [identity] = started;
  assert.ok(identity);
  await stopProcess(identity, 300);
  assert.equal(isRunning(identity), false);
});
