import { chainFacts, PINNED, PYTHON, type FactsOverrides } from '../../testing/image-facts';
import { parseRepository } from '../../values/image-ref';
import { chainOf } from '../chain';
import type { Image } from '../image';
import type { Key } from '../key';
import { keptRecord, type KeptRecord } from './kept-record';
import { formatKeptRecord, parseKeptRecord, RECORD_LABEL, recordLabel } from './record-text';

function service(overrides: FactsOverrides = {}): Image {
  const pins = new Map([[PYTHON, PINNED]]);
  const facts = chainFacts({ 'service-cpu': overrides });
  return chainOf({ facts, pins, repository: parseRepository('parking'), tags: [] }).at(-1) as Image;
}

function label(overrides: FactsOverrides): { text: string; told: KeptRecord } {
  const image = service(overrides);
  const text = recordLabel(keptRecord(image)) ?? '';
  return { text, told: parseKeptRecord(text, image.key) as KeptRecord };
}

const many = (count: number, path: (at: number) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [path(at), String(at)]));

describe('the text of a kept record', () => {
  it('is read back as it was written', () => {
    const image = service({ files: { 'src/a.py': '1' }, args: { MODEL: 'demo' } });
    expect(parseKeptRecord(formatKeptRecord(keptRecord(image)), image.key)).toEqual(keptRecord(image));
  });

  it('is no text of another key', () => {
    const [image, other] = [service(), service({ files: { a: '1' } })];
    const text = formatKeptRecord(keptRecord(other));
    expect(parseKeptRecord(text, image.key)).toBeUndefined();
    expect(parseKeptRecord(text.replace('"variant":"cpu"', '"variant":"gpu"'), other.key)).toBeUndefined();
  });

  it.each(['', '{', 'null', '[]', '{"record":{}}', '{"files":{"a":1}}'])('is not %j', (text) => {
    expect(parseKeptRecord(text, service().key)).toBeUndefined();
    expect(parseKeptRecord(text, '' as Key)).toBeUndefined();
  });
});

describe('recordLabel', () => {
  it('holds all of a small record', () => {
    const image = service({ files: { 'src/a.py': '1' } });
    expect(recordLabel(keptRecord(image))).toBe(formatKeptRecord(keptRecord(image)));
  });

  it('folds the deepest folders first, and never grows beyond what containerd takes', () => {
    const { text, told } = label({
      files: { 'src/a.py': '1', ...many(500, (at) => `models/demo/saved_model/variables/${at}`) },
    });
    expect(Object.keys(told.files).sort()).toEqual(['models/demo/saved_model/variables/', 'src/a.py']);
    expect(Buffer.byteLength(RECORD_LABEL + text)).toBeLessThanOrEqual(4096);
  });

  it.each([1, 2, 3, 4])(
    'tells by the folded folder that something in it changed (%d folders deep)',
    (depth) => {
      const folder = Array.from({ length: depth }, (_, at) => `d${at}`).join('/');
      const files = many(400, (at) => `${folder}/${at}`);
      const [before, after] = [label({ files }), label({ files: { ...files, [`${folder}/7`]: 'other' } })];
      expect(before.told.files).not.toEqual(after.told.files);
      expect(Object.keys(before.told.files)).toEqual([`${folder}/`]);
    },
  );

  it('lets one mark stand for everything when there is no folder to fold', () => {
    expect(Object.keys(label({ files: many(400, (at) => `${at}.py`) }).told.files)).toEqual(['./']);
  });

  it('gives way to a record that is too long by itself', () => {
    expect(recordLabel(keptRecord(service({ args: many(300, (at) => `ARG_${at}_WITH_A_LONG_NAME`) })))).toBe(
      undefined,
    );
  });
});
