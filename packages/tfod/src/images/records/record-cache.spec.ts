import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { chainFacts, PINNED, PYTHON } from '../../testing/image-facts';
import { parseRepository } from '../../values/image-ref';
import { chainOf } from '../chain';
import { keptRecord, type KeptRecord } from './kept-record';
import { RecordCache } from './record-cache';

function recordOf(model: string): KeptRecord {
  const pins = new Map([[PYTHON, PINNED]]);
  const facts = chainFacts({ base: { args: { MODEL: model } } });
  const [image] = chainOf({ facts, pins, repository: parseRepository('parking'), tags: [] });
  if (image === undefined) throw new Error('a chain without images');
  return keptRecord(image);
}

describe('the record cache', () => {
  it('finds what it keeps, and nothing else', async () => {
    const records = new RecordCache({ TFOD_CACHE_DIR: dirSync({ unsafeCleanup: true }).name });
    const [kept, other] = [recordOf('one'), recordOf('other')];
    expect(records.find(kept.key)).toBeUndefined();
    await records.keep(kept);
    expect(records.find(kept.key)).toEqual(kept);
    expect(records.find(other.key)).toBeUndefined();
  });

  it('drops the oldest when there are too many', async () => {
    const env = { TFOD_CACHE_DIR: dirSync({ unsafeCleanup: true }).name };
    const records = new RecordCache(env, 4);
    const folder = join(env.TFOD_CACHE_DIR, 'records');
    const kept = ['a', 'b', 'c', 'd', 'e'].map(recordOf);
    for (const [at, each] of kept.entries()) {
      await records.keep(each);
      const file = join(folder, `${each.key}.json`);
      if (at < 4) utimesSync(file, at, at);
    }
    expect(readdirSync(folder)).toHaveLength(2);
    expect(kept.map(({ key }) => records.find(key) !== undefined)).toEqual([false, false, false, true, true]);
  });

  it.each([
    ['there is no cache folder', {}],
    ['nothing can be written there', { TFOD_CACHE_DIR: __filename }],
  ])('keeps nothing where %s', async (_, env) => {
    const [records, kept] = [new RecordCache(env), recordOf('one')];
    await records.keep(kept);
    expect(records.find(kept.key)).toBeUndefined();
  });
});
