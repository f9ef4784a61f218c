import { formatBytes } from './bytes';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [127_018_727, '127 MB'],
    [999_950_000, '1.00 GB'],
    [2_680_000_000, '2.68 GB'],
    [5e12, '5000 GB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});
