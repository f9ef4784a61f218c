// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median } from './timing.mjs';

test('the median of an odd and of an even number of values', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([7]), 7);
});
