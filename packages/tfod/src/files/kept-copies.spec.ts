import { lstatSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIgnore } from '../dockerfile/dockerignore';
import { aFolder } from '../testing/a-folder';
import { KeptCopies } from './kept-copies';
import { stageTree } from './stage';
import { ContextView } from './context-view';
import { listTree } from './tree';

const SIZE = 1000;
const everything = [{ path: '.', wildcard: false, where: 'Dockerfile:1' }];
const list = (root: string) => listTree(new ContextView(root, parseIgnore('')), { sources: everything });

describe('kept copies of large files', () => {
  let root: string;
  let kept: string;
  let copies: KeptCopies;

  beforeEach(() => {
    root = aFolder({ weights: 'w'.repeat(SIZE), code: 'print()' });
    kept = join(aFolder(), 'copies');
    copies = new KeptCopies(kept, 10 * SIZE, SIZE);
  });

  async function stage(): Promise<string> {
    const target = join(aFolder(), 'context');
    await stageTree(root, await list(root), target, copies);
    return target;
  }
  const inode = (...parts: string[]): number => lstatSync(join(...parts)).ino;

  it('gives the second stage the file of the first, and never that of the user', async () => {
    const first = await stage();
    writeFileSync(join(root, 'code'), 'print(2)');
    const second = await stage();
    expect(inode(second, 'weights')).toBe(inode(first, 'weights'));
    expect(inode(second, 'weights')).not.toBe(inode(root, 'weights'));
    expect(inode(second, 'code')).not.toBe(inode(first, 'code'));
    expect(readFileSync(join(second, 'weights'), 'utf8')).toBe('w'.repeat(SIZE));
  });

  it('does not read the file again, so that what is under its name by now does not matter', async () => {
    await stage();
    const tree = await list(root);
    rmSync(join(root, 'weights'));
    const target = join(aFolder(), 'context');
    await stageTree(root, tree, target, copies);
    expect(readFileSync(join(target, 'weights'), 'utf8')).toBe('w'.repeat(SIZE));
  });

  it('makes a copy anew that somebody has written to', async () => {
    await stage();
    const [copy = ''] = readdirSync(kept);
    writeFileSync(join(kept, copy), 'x'.repeat(SIZE));
    expect(readFileSync(join(await stage(), 'weights'), 'utf8')).toBe('w'.repeat(SIZE));
    expect(readFileSync(join(await stage(), 'weights'), 'utf8')).toBe('w'.repeat(SIZE));
  });

  it('links one of two equal files: in the image they are two', async () => {
    writeFileSync(join(root, 'again'), 'w'.repeat(SIZE));
    await stage();
    const staged = await stage();
    expect(inode(staged, 'again')).not.toBe(inode(staged, 'weights'));
  });

  it('lets go of those that were used longest ago', async () => {
    copies = new KeptCopies(kept, 2 * SIZE, SIZE);
    await stage();
    const [oldest = ''] = readdirSync(kept);
    for (const letter of ['x', 'y']) {
      const { mtime } = statSync(join(kept, oldest));
      utimesSync(join(kept, oldest), 0, mtime);
      writeFileSync(join(root, 'weights'), letter.repeat(SIZE));
      await stage();
    }
    expect(readdirSync(kept)).toHaveLength(2);
    expect(readdirSync(kept)).not.toContain(oldest);
  });

  it('stages where no copy can be kept', async () => {
    copies = new KeptCopies(join(root, 'code', 'below a file'), SIZE, SIZE);
    expect(readFileSync(join(await stage(), 'weights'), 'utf8')).toBe('w'.repeat(SIZE));
  });
});
