import { digestOf } from '../values/digest';
import { parsePlatform } from '../values/platform';
import { canonicalJson } from './canonical-json';
import type { Key } from './key';
import { keyOf, type ImageRecord } from './record';

const record: ImageRecord = {
  schema: 2,
  role: 'tf',
  variant: 'cpu',
  platform: parsePlatform('linux/amd64'),
  dockerfile: digestOf('FROM base'),
  args: { MODEL: 'demo' },
  context: digestOf('context'),
  named: { 'tfod-runtime': digestOf('wheel') },
  externals: { 'python:3.13': digestOf('python') },
  parents: { base: 'ab'.repeat(32) as Key },
};

describe('keyOf', () => {
  it('stays what it is: another key for the same record would build every image of every user again', () => {
    expect(keyOf(record)).toBe('989898fdb1e4b558a66dfc8faa6f153ce3a88e671f589b57d5e6be67479605e9');
  });

  it.each<Partial<ImageRecord>>([
    { role: 'gpu' },
    { variant: 'gpu' },
    { platform: parsePlatform('linux/arm64') },
    { dockerfile: digestOf('FROM base AS x') },
    { args: { MODEL: 'other' } },
    { args: {} },
    { args: { MODEL: 'demo', A: '' } },
    { context: digestOf('other') },
    { named: {} },
    { externals: { 'python:3.13': digestOf('newer') } },
    { parents: { base: 'cd'.repeat(32) as Key } },
  ])('is another one with %j', (change) => {
    expect(keyOf({ ...record, ...change })).not.toBe(keyOf(record));
  });

  it('does not depend on the order in which things were found', () => {
    const args = { A: '1', B: '2' };
    expect(keyOf({ ...record, args: { B: args.B, A: args.A } })).toBe(keyOf({ ...record, args }));
    expect(keyOf(Object.fromEntries(Object.entries(record).reverse()) as unknown as ImageRecord)).toBe(
      keyOf(record),
    );
  });

  it('cannot be made equal by moving text from one field to another', () => {
    expect(keyOf({ ...record, args: { A: '1","B":"2' } })).not.toBe(
      keyOf({ ...record, args: { A: '1', B: '2' } }),
    );
  });
});

describe('canonicalJson', () => {
  it('sorts the names of every object and leaves lists alone', () => {
    expect(canonicalJson({ b: [2, 1, { d: 1, c: null }], a: 'ä' })).toBe(
      '{"a":"ä","b":[2,1,{"c":null,"d":1}]}',
    );
  });
});
