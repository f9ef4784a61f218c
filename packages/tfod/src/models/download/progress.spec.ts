import { formatBytes, Progress } from './progress';

describe('Progress', () => {
  function shownOf(isTty: boolean, seconds: number): string[] {
    const shown: string[] = [];
    let now = 0;
    const progress = new Progress('ssd.tar.gz', { write: (text) => void shown.push(text), isTty }, () => now);
    for (; now <= seconds * 1000; now += 100) progress.show(now * 1000, 60e6);
    progress.end(now * 1000);
    return shown;
  }

  it('says nothing of what is quick', () => expect(shownOf(false, 1.9)).toEqual([]));

  it('says little where lines stay', () => {
    expect(shownOf(false, 15)).toEqual([
      'ssd.tar.gz: 3 % of 60.0 MB, 1.00 MB/s, 58 s left\n',
      'ssd.tar.gz: 20 % of 60.0 MB, 1.00 MB/s, 48 s left\n',
      'ssd.tar.gz: 15.1 MB in 15 s\n',
    ]);
  });

  it('writes over one line of a terminal, and leaves it empty', () => {
    const shown = shownOf(true, 3);
    expect(shown).toHaveLength(7);
    expect(shown[0]).toBe('\r\u001b[Kssd.tar.gz: 3 % of 60.0 MB, 1.00 MB/s, 58 s left');
    expect(shown.at(-1)).toBe('\r\u001b[K');
  });

  it('counts only what was transferred now', () => {
    const shown: string[] = [];
    let now = 0;
    const progress = new Progress('x', { write: (text) => void shown.push(text), isTty: false }, () => now);
    progress.show(50e6, undefined);
    now = 2000;
    progress.show(52e6, undefined);
    expect(shown).toEqual(['x: 52.0 MB, 1.00 MB/s\n']);
  });
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [46_042_990, '46.0 MB'],
  [123_456_789, '123 MB'],
  [5e12, '5000 GB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
