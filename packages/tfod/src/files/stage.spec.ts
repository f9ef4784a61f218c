import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseIgnore } from '../dockerfile/dockerignore';
import { aFolder, type Content } from '../testing/a-folder';
import { stageTree } from './stage';
import { ContextView } from './context-view';
import { listTree, treeDigest } from './tree';

const contents: Record<string, Content> = {
  'src/detect.py': 'print()\n',
  'src/run': { program: '#!/bin/sh\n' },
  'models/demo': 'EMPTY FOLDER',
  latest: { link: 'nowhere/at/all' },
  large: Buffer.alloc(1_000_000, 'tfod'),
  unwanted: 'x',
};
const sources = ['src', 'models', 'large'].map((path) => ({ path, wildcard: true, where: 'Dockerfile:1' }));
const all = [{ path: '.', wildcard: true, where: 'Dockerfile:1' }];

function list(root: string, wanted = sources) {
  return listTree(new ContextView(root, parseIgnore('')), { sources: wanted });
}

/** Kind, mode and, of what is no file, the time of everything in a folder, itself included. */
function look(folder: string) {
  const paths = ['.', ...(readdirSync(folder, { recursive: true }) as string[])].sort();
  return paths.map((path) => {
    const stats = lstatSync(join(folder, path));
    const kind = stats.isSymbolicLink() ? 'link' : (stats.mode & 0o7777).toString(8);
    return stats.isFile() ? `${path} ${kind}` : `${path} ${kind} ${stats.mtime.toISOString()}`;
  });
}

describe('stageTree', () => {
  it.each([0o002, 0o022, 0o077])(
    'lays out the listed entries alone, all the same under umask %o',
    async (umask) => {
      const before = process.umask(umask);
      try {
        const root = aFolder(contents);
        symlinkSync('detect.py', join(root, 'src/link'));
        const tree = await list(root);
        const target = join(aFolder(), 'context');
        await stageTree(root, tree, target);
        const time = '2000-01-01T00:00:00.000Z';
        expect(look(target)).toEqual([
          `. 755 ${time}`,
          'large 644',
          `models 755 ${time}`,
          `models/demo 755 ${time}`,
          `src 755 ${time}`,
          'src/detect.py 644',
          `src/link link ${time}`,
          'src/run 755',
        ]);
        expect(readFileSync(join(target, 'src/detect.py'), 'utf8')).toBe('print()\n');
        expect(treeDigest(await list(target, all))).toBe(treeDigest(tree));
      } finally {
        process.umask(before);
      }
    },
  );

  it('gives files a time that tells their content, as BuildKit looks at nothing else', async () => {
    const times = async (content: string) => {
      const root = aFolder({ 'a.py': content, 'b.py': 'b' });
      utimesSync(join(root, 'a.py'), 1, 1);
      const target = join(aFolder(), 'context');
      await stageTree(root, await list(root, all), target);
      return ['a.py', 'b.py'].map((path) => lstatSync(join(target, path), { bigint: true }).mtimeNs);
    };
    const [before, after, back] = [await times('x = 1'), await times('x = 2'), await times('x = 1')];
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    expect(back).toEqual(before);
    // Zip cannot hold a time before 1980, and nobody wants one in the future.
    const years = before.map((time) => new Date(Number(time / 1_000_000n)).getUTCFullYear());
    expect(years.every((year) => year >= 2000 && year < 2009)).toBe(true);
  });

  it('keeps the text of links', async () => {
    const root = aFolder(contents);
    const target = join(aFolder(), 'context');
    await stageTree(root, await list(root, all), target);
    expect(readlinkSync(join(target, 'latest'))).toBe('nowhere/at/all');
  });

  it('fills a folder that is there and empty, and makes one of an empty tree', async () => {
    const root = aFolder(contents);
    const target = aFolder();
    await stageTree(root, await list(root), target);
    expect(readdirSync(target).sort()).toEqual(['large', 'models', 'src']);
    const none = join(aFolder(), 'deep', 'none');
    await stageTree(root, { entries: [] }, none);
    expect(readdirSync(none)).toEqual([]);
  });

  it.each<[string, (root: string) => void]>([
    ['src/detect.py', (root) => writeFileSync(join(root, 'src/detect.py'), 'print(1)')],
    ['src/detect.py', (root) => chmodSync(join(root, 'src/detect.py'), 0o755)],
    ['src/run', (root) => rmSync(join(root, 'src/run'))],
    ['large', (root) => replace(join(root, 'large'), (path) => mkdirSync(path))],
    ['latest', (root) => replace(join(root, 'latest'), (path) => symlinkSync('src', path))],
    ['latest', (root) => replace(join(root, 'latest'), (path) => writeFileSync(path, ''))],
    ['src/detect.py, src/run', (root) => rmSync(join(root, 'src'), { recursive: true })],
  ])('leaves nothing behind when %s changed since it was listed', async (changed, change) => {
    const root = aFolder(contents);
    const tree = await list(root, all);
    change(root);
    const target = join(aFolder(), 'context');
    await expect(stageTree(root, tree, target)).rejects.toMatchObject({
      code: 'TREE_CHANGED',
      problems: [{ where: root, found: changed }],
    });
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(dirname(target))).toEqual([]);
  });
});

function replace(path: string, make: (path: string) => void): void {
  rmSync(path);
  make(path);
}
