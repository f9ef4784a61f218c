import { hostname } from 'node:os';
import { cachedBytes, readCachedBytes, storageFolder } from './engine-storage';
import type { Ran, RunCommand } from './run-command';

const saying =
  (stdout: string, code = 0): RunCommand =>
  async () =>
    ({ code, signal: null, stdout, stderr: '', seconds: 0 }) satisfies Ran;

describe('storageFolder', () => {
  it.each([
    [`${hostname()} /var/lib/docker`, 0, '/var/lib/docker'],
    [`${hostname()} /mnt/my disk/docker`, 0, '/mnt/my disk/docker'],
    ['docker-desktop /var/lib/docker', 0, undefined],
    ['', 1, undefined],
  ])('reads %j', async (stdout, code, folder) => {
    expect(await storageFolder(saying(stdout, code))).toBe(folder);
  });
});

describe('the build cache', () => {
  it.each([
    ['Shared:\t\t948.3MB\nReclaimable:\t1.902GB\nTotal:\t\t1.902GB', 1.902e9],
    ['Reclaimable:\t0B\nTotal:\t\t0B', 0],
    ['Total: 12.5kB', 12_500],
    ['ID RECLAIMABLE SIZE', undefined],
  ])('is read from %j', (stdout, bytes) => expect(readCachedBytes(stdout)).toBe(bytes));

  it('may hold anything when its builder does not tell', async () => {
    expect(await cachedBytes(saying('', 1), { name: 'x', seesImages: true })).toBe(Infinity);
  });
});
