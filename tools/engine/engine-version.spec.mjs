// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAtLeast, parseBuildxVersion, parseVersion, shortcomings } from './engine-version.mjs';

test('versions are read from packages and from programs', () => {
  assert.deepEqual(parseVersion('26.1.5+dfsg1-9+deb13u1'), [26, 1, 5]);
  assert.deepEqual(parseVersion('v0.13.1'), [0, 13, 1]);
  assert.deepEqual(parseVersion('5:27.3.1-1~debian.12~bookworm'), [27, 3, 1]);
  assert.equal(parseVersion('(none)'), undefined);
});

test('versions compare number by number', () => {
  assert.equal(isAtLeast('0.13.1', '0.13'), true);
  assert.equal(isAtLeast('0.9.1', '0.13'), false);
  assert.equal(isAtLeast('23.0.0', '23.0'), true);
  assert.equal(isAtLeast('23', '23.0'), true);
  assert.equal(isAtLeast('20.10.24+dfsg1', '23.0'), false);
  assert.equal(isAtLeast('', '23.0'), false);
});

test('buildx’s version is found in what it prints', () => {
  assert.equal(parseBuildxVersion('github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3\n'), '0.13.1+ds1');
  assert.equal(parseBuildxVersion('github.com/docker/buildx v0.24.0 d0e5e86\n'), 'v0.24.0');
  assert.equal(parseBuildxVersion('docker: unknown command'), undefined);
});

test('every shortcoming of an engine is named', () => {
  assert.deepEqual(shortcomings({ engine: '26.1.5', buildx: 'v0.13.1' }), []);
  assert.deepEqual(shortcomings({ buildx: 'v0.13.1' }), ['no Docker engine answers']);
  assert.deepEqual(shortcomings({ engine: '20.10.24', buildx: 'v0.9.1' }), [
    'Docker engine 20.10.24 is older than 23.0',
    'buildx v0.9.1 is older than 0.13',
  ]);
  assert.deepEqual(shortcomings({ engine: '26.1.5' }), ['docker has no buildx plugin']);
});
