import { digestOf, digestOfHex, hexOf, parseDigest } from './digest';

const EMPTY = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('digests', () => {
  it('are of bytes, text being UTF-8', () => {
    expect(digestOf('')).toBe(EMPTY);
    expect(digestOf('é')).toBe(digestOf(new Uint8Array([0xc3, 0xa9])));
  });

  it('give back their digits', () => {
    expect(hexOf(parseDigest(EMPTY))).toBe(EMPTY.slice(7));
    expect(digestOfHex(hexOf(parseDigest(EMPTY)))).toBe(EMPTY);
  });

  it.each([
    '',
    'e3b0',
    EMPTY.slice(7),
    EMPTY.toUpperCase(),
    `${EMPTY}0`,
    `${EMPTY}\n`,
    EMPTY.replace('256', '512'),
  ])('refuse %j', (text) => {
    expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'DIGEST_MALFORMED' }));
  });
});
