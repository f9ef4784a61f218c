// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutOf } from './layout.mjs';

test('everything lies in one folder below the user’s cache', () => {
  assert.equal(layoutOf({}, '/home/ada').root, '/home/ada/.cache/tfod/engine');
  assert.equal(layoutOf({ XDG_CACHE_HOME: '/big' }, '/home/ada').root, '/big/tfod/engine');
  assert.equal(layoutOf({ XDG_CACHE_HOME: 'relative' }, '/home/ada').root, '/home/ada/.cache/tfod/engine');
});

test('every folder has a bridge of its own, with a name that Linux takes (15 bytes)', () => {
  const [one, other] = ['/home/ada', '/home/bob'].map((home) => layoutOf({}, home).bridge);
  assert.notEqual(one, other);
  assert.ok(Buffer.byteLength(one ?? '') <= 15);
});

test('a folder too deep for sockets is refused', () => {
  assert.throws(() => layoutOf({ XDG_CACHE_HOME: `/${'deep/'.repeat(20)}` }, '/root'), /too deep/);
});
