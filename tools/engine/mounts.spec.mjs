// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mountsBelow } from './mounts.mjs';

const MOUNTINFO = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
90 22 254:0 /cache/data /cache/engine/data rw,relatime - ext4 /dev/vda rw
91 90 0:44 / /cache/engine/data/over\\040lay/merged rw,relatime - overlay overlay rw
92 22 254:0 /x /cache/engine-other rw,relatime - ext4 /dev/vda rw
`;

test('only mounts below the folder are named, the last first, with their real characters', () => {
  assert.deepEqual(mountsBelow(MOUNTINFO, '/cache/engine'), [
    '/cache/engine/data/over lay/merged',
    '/cache/engine/data',
  ]);
  assert.deepEqual(mountsBelow(MOUNTINFO, '/nowhere'), []);
});
