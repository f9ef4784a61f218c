// @ts-check
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const cache = mkdtempSync(join(tmpdir(), 'engine-cli-'));
after(() => rmSync(cache, { recursive: true }));

/**
 * The real command, with a cache folder of its own and an engine that does not exist.
 *
 * @param {...string} args
 */
function engine(...args) {
  const nowhere = `unix://${join(cache, 'nobody.sock')}`;
  const env = { ...process.env, XDG_CACHE_HOME: cache, DOCKER_HOST: nowhere };
  const script = fileURLToPath(new URL('engine.mjs', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('without a command the usage is shown', () => {
  const { status, stdout } = engine();
  assert.equal(status, 0);
  assert.match(stdout, /^Usage:/);
});

test('wrong usage is exit code 2, with the next step', () => {
  const { status, stdout, stderr } = engine('sideways');
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /no command sideways\n {2}next step/);
});

test('an engine that was chosen but does not answer is not replaced', () => {
  const { status, stderr } = engine('up');
  assert.equal(status, 3);
  assert.match(
    stderr,
    /DOCKER_HOST is unix:.*nobody\.sock: no Docker engine answers\n {2}next step .*unset DOCKER_HOST/,
  );
});

test('status and env say that there is none', () => {
  assert.deepEqual(engine('status'), {
    status: 1,
    stdout: 'no usable engine: no Docker engine answers\n',
    stderr: '',
  });
  const { status, stderr } = engine('env');
  assert.equal(status, 1);
  assert.match(stderr, /next step {2}node tools\/engine\/engine\.mjs up/);
});

test('there is nothing to stop where nothing was set up', () => {
  assert.deepEqual(engine('down'), { status: 0, stdout: 'nothing to stop\n', stderr: '' });
});
