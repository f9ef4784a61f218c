// @ts-check
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { megabytes, sizeTable } from './table.mjs';

describe('megabytes', () => {
  it('rounds to decimal megabytes', () => {
    assert.equal(megabytes(0), '0 MB');
    assert.equal(megabytes(1_499_999), '1 MB');
    assert.equal(megabytes(5_690_000_000), '5,690 MB');
  });
});

describe('sizeTable', () => {
  it('sorts by size and sums what is below the limit', () => {
    const sizes = { six: 1_000_000, tensorflow: 800_000_000, gast: 2_000_000, numpy: 60_000_000 };
    assert.deepEqual(sizeTable('package', sizes, 10_000_000).split('\n'), [
      '| package | size |',
      '| --- | ---: |',
      '| tensorflow | 800 MB |',
      '| numpy | 60 MB |',
      '| 2 smaller ones | 3 MB |',
    ]);
  });

  it('has no row for nothing', () => {
    assert.equal(sizeTable('package', { numpy: 60_000_000 }, 1).split('\n').length, 3);
  });
});
