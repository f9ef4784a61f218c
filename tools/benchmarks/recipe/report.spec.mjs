// @ts-check
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ratio, report } from './report.mjs';

const sizes = { python: 100e6, recipe: 2_000e6, service: 1_000e6 };

describe('ratio', () => {
  it('is what part of the recipe the service takes', () => {
    assert.equal(ratio({ ...sizes, service: 500e6 }), 0.25);
  });
});

describe('report', () => {
  it('shows both images, whole and without what they share', () => {
    assert.deepEqual(report(sizes, 'python:3.13-slim').split('\n'), [
      '| image | size | on top of python:3.13-slim |',
      '| --- | ---: | ---: |',
      '| recipe | 2,000 MB | 1,900 MB |',
      '| service | 1,000 MB | 900 MB |',
      '',
      'The service is 0.50 of the recipe, within the target of 0.50.',
    ]);
  });

  it('says when the service is too large', () => {
    assert.match(report({ ...sizes, service: 1_100e6 }, 'p'), /0\.55 of the recipe, over the target/);
  });
});
