import { digestOf } from '../values/digest';
import { formatPins, NO_PINS, parsePins, pinnedDigest, withPins } from './pins';

const A = digestOf('a');
const B = digestOf('b');

describe('pins', () => {
  it('are written in one way whatever the order, and read back', () => {
    const pins = withPins(NO_PINS, [
      ['python:3.13', B],
      ['busybox', A],
    ]);
    const text = formatPins(pins);
    expect(text).toBe(
      `{\n  "version": 1,\n  "images": {\n    "busybox": {\n      "digest": "${A}"\n    },\n    "python:3.13": {\n      "digest": "${B}"\n    }\n  }\n}\n`,
    );
    expect(new Map(parsePins(text))).toEqual(new Map(pins));
    expect(
      formatPins(
        withPins(NO_PINS, [
          ['busybox', A],
          ['python:3.13', B],
        ]),
      ),
    ).toBe(text);
  });

  it('are moved by adding', () => {
    expect(withPins(new Map([['python:3.13', A]]), [['python:3.13', B]]).get('python:3.13')).toBe(B);
  });

  it.each(['python:3.13', 'docker.io/library/python:3.13', 'library/python:3.13'])(
    'are found for %s',
    (ref) => {
      expect(pinnedDigest(new Map([['python:3.13', A]]), ref)).toBe(A);
    },
  );

  it('are not needed by a ref that names its digest', () => {
    expect(pinnedDigest(NO_PINS, `python:3.13@${B}`)).toBe(B);
  });

  it('are not mixed up between registries', () => {
    expect(pinnedDigest(new Map([['python:3.13', A]]), 'registry.example/python:3.13')).toBeUndefined();
  });
});

describe('parsePins', () => {
  it.each(['', '{', '[]', 'null', '{"version":2,"images":{}}', '{"version":1}', '{"version":1,"images":[]}'])(
    'refuses %j',
    (text) => expect(() => parsePins(text)).toThrow('PINS_MALFORMED'),
  );

  it('tells of every entry that is wrong', () => {
    const text = JSON.stringify({
      version: 1,
      images: { 'A B': { digest: A }, busybox: { digest: 'sha256:1' }, x: null },
    });
    try {
      parsePins(text);
      throw new Error('was taken');
    } catch (error) {
      expect((error as { problems: { what: string }[] }).problems.map(({ what }) => what)).toEqual([
        expect.stringContaining('"A B"'),
        expect.stringContaining('"busybox"'),
        expect.stringContaining('"x"'),
      ]);
    }
  });
});
