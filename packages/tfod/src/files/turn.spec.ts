import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeTurn } from './turn';

describe('takeTurn', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tfod-turn-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets one work at a time and tells the others that they wait', async () => {
    const file = join(folder, 'deep', 'x.lock');
    let [working, most, waited] = [0, 0, 0];
    const work = async () => {
      most = Math.max(most, ++working);
      await sleep(30);
      return working--;
    };
    const turns = [1, 2, 3].map(() => takeTurn(file, work, { onWait: () => waited++ }));
    expect(await Promise.all(turns)).toEqual([1, 1, 1]);
    expect({ most, waited }).toEqual({ most: 1, waited: 2 });
    expect(existsSync(file)).toBe(false);
  });

  it('goes on after work that failed', async () => {
    const file = join(folder, 'x.lock');
    await expect(takeTurn(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await takeTurn(file, () => Promise.resolve('yes'))).toBe('yes');
  });

  it('takes over from the dead, and not from the living', async () => {
    const file = join(folder, 'x.lock');
    writeFileSync(file, '');
    const living = takeTurn(file, () => Promise.resolve('yes'), { signal: AbortSignal.timeout(500) });
    await expect(living).rejects.toThrow();
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(file, longAgo, longAgo);
    expect(await takeTurn(file, () => Promise.resolve('yes'))).toBe('yes');
  });
});
