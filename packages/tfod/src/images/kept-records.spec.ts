import type { Key } from './key';
import { formatLastKeys, parseLastKeys } from './kept-records';

describe('the keys of the last images', () => {
  it('are read back as they were written', () => {
    const last = { 'base linux/amd64': 'ab'.repeat(32) as Key };
    expect(parseLastKeys(formatLastKeys(last))).toEqual(last);
  });

  it.each(['', '{"version":1,"las', '{"version":0,"last":{}}', 'null', '[]'])('are none in %j', (text) => {
    expect(parseLastKeys(text)).toEqual({});
  });
});
