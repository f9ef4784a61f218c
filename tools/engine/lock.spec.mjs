// @ts-check
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from './lock.mjs';

const folder = mkdtempSync(join(tmpdir(), 'engine-lock-'));
after(() => rmSync(folder, { recursive: true }));

test('work under one lock never overlaps', async () => {
  const path = join(folder, 'apart');
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await sleep(20);
    inside--;
  };
  await Promise.all([1, 2, 3, 4].map(() => withLock(path, work)));
  assert.equal(most, 1);
});

test('the lock is free again after work that failed', async () => {
  const path = join(folder, 'failed');
  await assert.rejects(
    withLock(path, () => Promise.reject(new Error('no luck'))),
    /no luck/,
  );
  assert.equal(await withLock(path, async () => 'next'), 'next');
});

test('a holder that is killed leaves the lock to the next', async () => {
  const path = join(folder, 'killed');
  const script = `
    import { withLock } from ${JSON.stringify(new URL('lock.mjs', import.meta.url).href)};
    await withLock(${JSON.stringify(path)}, () => new Promise(() => console.log('held')));
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  let entered = false;
  const next = withLock(path, async () => void (entered = true));
  await sleep(200);
  assert.equal(entered, false);
  holder.kill('SIGKILL');
  await next;
  assert.equal(entered, true);
});
