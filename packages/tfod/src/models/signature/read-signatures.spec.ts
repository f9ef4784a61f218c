import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSignatures } from './read-signatures';

const FIXTURES = join(__dirname, 'fixtures');
/** What TensorFlow reads out of the same files. */
const BY_TENSORFLOW: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(FIXTURES, 'signatures.json'), 'utf8'),
);

describe('readSignatures', () => {
  it('has an answer of TensorFlow for each file', () => {
    const files = readdirSync(FIXTURES).filter((name) => name.endsWith('.pb'));
    expect(files.map((name) => name.replace('.pb', '')).sort()).toEqual(Object.keys(BY_TENSORFLOW).sort());
  });

  it.each(Object.keys(BY_TENSORFLOW))('reads %s as TensorFlow does', (name) => {
    expect(readSignatures(readFixture(name), name)).toEqual(BY_TENSORFLOW[name]);
  });

  it('ends with an answer wherever the file is cut', () => {
    const file = readFixture('whole');
    for (let length = 0; length < file.length; length += 97) {
      expect(() => readSignatures(file.subarray(0, length), 'cut')).toThrow(
        expect.objectContaining({ code: 'SAVED_MODEL_MALFORMED' }),
      );
    }
  });

  it('ends with an answer or a reason whichever byte is broken', () => {
    const file = readFixture('two-signatures');
    for (let at = 0; at < file.length; at += 3) {
      const broken = Buffer.from(file);
      broken[at] = (broken[at] ?? 0) ^ 0xff;
      try {
        readSignatures(broken, 'broken');
      } catch (error) {
        expect(error).toMatchObject({ code: 'SAVED_MODEL_MALFORMED' });
      }
    }
  });

  it.each([
    ['nothing', ''],
    ['text', 'version https://git-lfs.github.com/spec/v1\n'],
    ['a number without an end', '\xff'.repeat(11)],
    ['a length past the end', '\x12\xff\xff\xff\xff\x0f'],
    ['a group, which protobuf has no more', '\x13'],
  ])('refuses %s', (_kind, bytes) => {
    expect(() => readSignatures(Buffer.from(bytes, 'latin1'), 'saved_model.pb')).toThrow(
      expect.objectContaining({ code: 'SAVED_MODEL_MALFORMED' }),
    );
  });

  it('names the tags when no graph is meant for serving', () => {
    const file = Buffer.from(readFixture('tf1').toString('latin1').replace('serve', 'tests'), 'latin1');
    expect(() => readSignatures(file, 'saved_model.pb')).toThrow('train, tests');
  });
});

function readFixture(name: string): Buffer {
  return readFileSync(join(FIXTURES, `${name}.pb`));
}
