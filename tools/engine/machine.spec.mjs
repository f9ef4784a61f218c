// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { obstacle } from './machine.mjs';
import { parseOsRelease } from './os-release.mjs';

const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n';
const UBUNTU = "NAME='Ubuntu'\nID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n";
const FEDORA = 'PRETTY_NAME="Fedora Linux 42"\nID=fedora\n';

test('os-release is read with either kind of quotes, or none', () => {
  assert.deepEqual(parseOsRelease(DEBIAN), {
    id: 'debian',
    like: [],
    codename: 'bookworm',
    name: 'Debian GNU/Linux 12 (bookworm)',
  });
  assert.deepEqual(parseOsRelease(UBUNTU).like, ['debian']);
  assert.equal(parseOsRelease('').id, 'linux');
});

test('an engine can be set up by root on Debian and what is made from it', () => {
  assert.equal(obstacle('linux', 0, parseOsRelease(DEBIAN)), undefined);
  assert.equal(obstacle('linux', 0, parseOsRelease(UBUNTU)), undefined);
});

test('elsewhere the obstacle is named', () => {
  assert.match(obstacle('linux', 1000, parseOsRelease(DEBIAN)) ?? '', /only root/);
  assert.match(obstacle('linux', 0, parseOsRelease(FEDORA)) ?? '', /not on Fedora Linux 42/);
  assert.match(obstacle('darwin', 501, undefined) ?? '', /not on darwin/);
});
