import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisProcess } from './owner';
import { withScratch } from './scratch';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('withScratch', () => {
  let parent: string;
  beforeEach(() => (parent = join(mkdtempSync(join(tmpdir(), 'tfod-scratch-')), 'build')));
  afterEach(() => rmSync(join(parent, '..'), { recursive: true, force: true }));

  it('gives a folder and takes it away, also after a failure', async () => {
    let folder = '';
    const failing = withScratch(parent, thisProcess(), async (given) => {
      folder = given;
      writeFileSync(join(given, 'file'), '');
      throw new Error('no luck');
    });
    await expect(failing).rejects.toThrow('no luck');
    expect(existsSync(folder)).toBe(false);
  });

  it('says what to set where no folder can be made', async () => {
    writeFileSync(parent, '');
    const asking = withScratch(join(parent, 'build'), thisProcess(), async () => undefined);
    await expect(asking).rejects.toThrow(/CACHE_DIR_NOT_WRITABLE[^]*TFOD_CACHE_DIR/);
  });

  it('gives two at once two folders', async () => {
    await withScratch(parent, thisProcess(), (one) =>
      withScratch(parent, thisProcess(), async (two) => expect(one).not.toBe(two)),
    );
  });

  it('removes what dead processes of this machine left, and nothing else', async () => {
    const self = thisProcess();
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const others = [`${self.host}-${process.ppid}-abc`, `ffffffff-${dead}-abc`, 'notes'];
    for (const name of [`${self.host}-${dead}-abc`, ...others])
      mkdirSync(join(parent, name), { recursive: true });
    await withScratch(parent, self, async () => undefined);
    expect(readdirSync(parent).sort()).toEqual(others.sort());
  });

  it('removes after a week what a machine left that may be this one before a restart', async () => {
    for (const name of ['ffffffff-7-abc', 'notes']) mkdirSync(join(parent, name), { recursive: true });
    await withScratch(parent, thisProcess(), async () => undefined, Date.now() + 6 * DAY_MS);
    expect(readdirSync(parent)).toHaveLength(2);
    await withScratch(parent, thisProcess(), async () => undefined, Date.now() + 8 * DAY_MS);
    expect(readdirSync(parent)).toEqual(['notes']);
  });
});
