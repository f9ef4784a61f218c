// @ts-check
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { identify, isRunning, parseStat } from './process-identity.mjs';

test('the command name may hold anything, also parentheses and spaces', () => {
  const stat = '42 (a) b (c)) S 1 42 42 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 98765 1000 2';
  assert.deepEqual(parseStat(stat), { state: 'S', startTime: '98765' });
  assert.equal(parseStat(''), undefined);
});

test('a process is known while it runs, and no longer', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const identity = identify(Number(child.pid));
  assert.ok(identity);
  assert.equal(isRunning(identity), true);
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.equal(isRunning(identity), false);
});

test('another process with the same pid is not taken for it, nor one of an earlier boot', () => {
  const self = identify(process.pid);
  assert.ok(self);
  assert.equal(isRunning({ ...self, startTime: '1' }), false);
  assert.equal(isRunning({ ...self, bootId: '00000000-0000-0000-0000-000000000000' }), false);
});
