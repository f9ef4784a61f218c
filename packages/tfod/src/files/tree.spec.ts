import { execFileSync } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIgnore } from '../dockerfile/dockerignore';
import { aFolder, type Content } from '../testing/a-folder';
import { digestOf } from '../values/digest';
import type { SourcePattern } from '../values/source-pattern';
import { TfodError } from '../values/tfod-error';
import { ContextView } from './context-view';
import { listTree, treeDigest, type Tree } from './tree';

type Source = string | Omit<SourcePattern, 'wildcard' | 'where'>;

function list(root: string, sources: readonly Source[], ignore = ''): Promise<Tree> {
  const patterns = sources.map((source) => (typeof source === 'string' ? { path: source } : source));
  return listTree(new ContextView(root, parseIgnore(ignore)), {
    sources: patterns.map((pattern) => ({ ...pattern, wildcard: true, where: 'Dockerfile:3' })),
  });
}

async function paths(contents: Record<string, Content>, sources: readonly Source[], ignore?: string) {
  const { entries } = await list(aFolder(contents), sources, ignore);
  return entries.map(({ path }) => path);
}

async function problems(contents: Record<string, Content>, sources: readonly Source[], ignore?: string) {
  const error = await paths(contents, sources, ignore).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(TfodError);
  return (error as TfodError).problems.map(({ code, where, found, remedy }) => ({
    code,
    where,
    found,
    remedy,
  }));
}

describe('listTree', () => {
  it('lists files, programs, links and empty folders by the bytes of their paths', async () => {
    const root = aFolder({
      'b/run': { program: '#!/bin/sh\n' },
      'b/link': { link: '../a' },
      empty: 'EMPTY FOLDER',
      '\u{1f600}': 'astral',
      '\uffe0': 'wide',
      'b.txt': 'text',
      'b/none/at/all': 'EMPTY FOLDER',
    });
    expect(await list(root, ['.'])).toEqual({
      entries: [
        { path: 'b.txt', type: 'file', executable: false, digest: digestOf('text'), size: 4 },
        { path: 'b/link', type: 'link', target: '../a' },
        { path: 'b/none/at/all', type: 'directory' },
        { path: 'b/run', type: 'file', executable: true, digest: digestOf('#!/bin/sh\n'), size: 10 },
        { path: 'empty', type: 'directory' },
        { path: '\uffe0', type: 'file', executable: false, digest: digestOf('wide'), size: 4 },
        { path: '\u{1f600}', type: 'file', executable: false, digest: digestOf('astral'), size: 6 },
      ],
    });
  });

  it('hashes files that are larger than what it reads at once', async () => {
    const large = Buffer.alloc(3_000_000, 'tfod');
    const { entries } = await list(aFolder({ large, small: 'x' }), ['.']);
    expect(entries).toMatchObject([{ digest: digestOf(large), size: 3_000_000 }, { digest: digestOf('x') }]);
  });

  it('takes only what the sources name', async () => {
    const contents = { 'src/a.py': '', 'src/deep/b.py': '', srcs: '', 'tf.lock': '', other: '' };
    expect(await paths(contents, ['src', 'tf.lock', 'src/a.py'])).toEqual([
      'src/a.py',
      'src/deep/b.py',
      'tf.lock',
    ]);
    expect(await paths(contents, [])).toEqual([]);
  });

  it('matches patterns as Docker does', async () => {
    const contents = { 'a.txt': '', '.b.txt': '', 'd/c.txt': '', 'd/e/f.txt': '', 'd2/x': '', 'd2/y/z': '' };
    expect(await paths(contents, ['*.txt'])).toEqual(['.b.txt', 'a.txt']);
    expect(await paths(contents, ['d/*'])).toEqual(['d/c.txt', 'd/e/f.txt']);
    expect(await paths(contents, ['*/*.txt'])).toEqual(['d/c.txt']);
    expect(await paths(contents, ['d?'])).toEqual(['d2/x', 'd2/y/z']);
    expect(await paths(contents, ['d[^a]y'])).toEqual([]);
    expect(await paths(contents, ['d2[^a]y'])).toEqual(['d2/y/z']);
    expect(await paths(contents, ['nothing*', 'd2/*/nothing*'])).toEqual([]);
  });

  it('takes a mount literally', async () => {
    const root = aFolder({ 'a*': '', ab: '' });
    const sources = [{ path: 'a*', wildcard: false, where: 'Dockerfile:3' }];
    const { entries } = await listTree(new ContextView(root, parseIgnore('')), { sources });
    expect(entries.map(({ path }) => path)).toEqual(['a*']);
  });

  it('follows links in a source, but not those found on the way, and never leaves the folder', async () => {
    const contents: Record<string, Content> = {
      'real/x': '',
      'real/inner': { link: '/etc' },
      'to-real': { link: 'real' },
      'deep/absolute': { link: '/to-real' },
      'deep/outside': { link: '../../../../real/x' },
      'l*': '',
    };
    expect(await paths(contents, ['to-real'])).toEqual(['real/inner', 'real/x', 'to-real']);
    expect(await paths(contents, ['deep/absolute/x'])).toEqual(['deep/absolute', 'real/x', 'to-real']);
    expect(await paths(contents, ['deep/outside'])).toEqual(['deep/outside', 'real/x']);
    expect(await paths(contents, ['deep'])).toEqual(['deep/absolute', 'deep/outside']);
    expect(await paths(contents, ['to-*'])).toEqual(['real/inner', 'real/x', 'to-real']);
    expect(await paths(contents, ['to-real/x*'])).toEqual(['real/x', 'to-real']);
  });

  it('leaves out what is ignored, with the folders that have nothing left in them', async () => {
    const contents: Record<string, Content> = {
      'a.py': '',
      'a.pyc': '',
      'cache/x.pyc': '',
      'cache/keep/y': '',
      'logs/z': '',
      empty: 'EMPTY FOLDER',
      link: { link: 'a.py' },
    };
    expect(await paths(contents, ['.'], '**/*.pyc')).toEqual([
      'a.py',
      'cache/keep/y',
      'empty',
      'link',
      'logs/z',
    ]);
    expect(await paths(contents, ['.'], '*\n!cache/keep')).toEqual(['cache/keep/y']);
    expect(await paths(contents, ['.'], '*\n!**/z')).toEqual(['logs/z']);
    expect(await paths(contents, ['*'], '*\n!a.py')).toEqual(['a.py']);
    expect(await paths(contents, ['logs'], 'logs/*')).toEqual(['logs']);
    expect(await paths(contents, ['.'], '*')).toEqual([]);
  });

  it('honours --parents and --exclude', async () => {
    const contents = { 'a/b/x.py': '', 'a/b/x.md': '', 'a/c/y.py': '', 'a/c/keep.md': '', 'z.py': '' };
    expect(await paths(contents, [{ path: 'a', only: 'b/*.py' }])).toEqual(['a/b/x.py']);
    expect(await paths(contents, [{ path: '.', only: '**/*.py' }])).toEqual(['a/b/x.py', 'a/c/y.py', 'z.py']);
    expect(await paths(contents, [{ path: '.', only: 'a/c' }])).toEqual(['a/c/keep.md', 'a/c/y.py']);
    expect(await paths(contents, [{ path: 'a', except: ['**/*.md', '!c/keep.md', 'b'] }])).toEqual([
      'a/c/keep.md',
      'a/c/y.py',
    ]);
    expect(await problems(contents, [{ path: 'a', only: 'b/none' }])).toMatchObject([
      { code: 'SOURCE_NOT_FOUND', found: 'nothing at b/none in a' },
    ]);
  });

  it('says of every source that is not there why, and what it might have meant', async () => {
    const contents: Record<string, Content> = {
      'requirements/tf.lock': '',
      file: '',
      dangling: { link: 'nowhere' },
      round: { link: 'round' },
      'dist/app.js': '',
    };
    const sources = [
      'requirement/tf.lock',
      'requirements/tf.lok',
      'file/x',
      'dangling',
      'round',
      'dist/app.js',
      'q',
    ];
    const found = await problems(contents, [...sources, 'dang*'], 'dist');
    expect(found.every(({ code, where }) => code === 'SOURCE_NOT_FOUND' && where === 'Dockerfile:3')).toBe(
      true,
    );
    expect(found.map((each) => `${each.found}; ${each.remedy}`)).toEqual([
      'nothing at requirement; did you mean requirements?',
      'nothing at requirements/tf.lok; did you mean requirements/tf.lock?',
      'no folder at file; correct the path',
      'a link at dangling that leads nowhere; mend the link',
      'a link at round that leads nowhere; mend the link',
      'dist, which the .dockerignore leaves out; take it back there with a line !dist',
      'nothing at q; correct the path',
      'a link at dangling that leads nowhere; mend the link',
    ]);
  });

  it('refuses pipes and names that are no UTF-8', async () => {
    const root = aFolder();
    execFileSync('mkfifo', [join(root, 'pipe')]);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff])]), '');
    await expect(list(root, ['.'])).rejects.toMatchObject({
      problems: [{ code: 'SOURCE_SPECIAL', where: 'pipe' }, { code: 'SOURCE_NAME' }],
    });
    expect((await list(root, ['.'], 'pipe\nbad-*')).entries).toEqual([]);
  });
});

describe('treeDigest', () => {
  const contents: Record<string, Content> = {
    'src/detect.py': 'print()\n',
    'src/run': { program: '#!/bin/sh\n' },
    'models/demo': 'EMPTY FOLDER',
    latest: { link: 'src/detect.py' },
  };
  /** Whoever changes it changes the key of every image: raise the version in `treeDigest` with it. */
  const PINNED = 'sha256:4be47e7d77bc2c5bfe566b9a63b457cad02ebf854d77d28b86a4dd1fd45dbf9b';
  const digest = async (root: string) => treeDigest(await list(root, ['.']));

  it('is the same on every machine', async () => {
    expect(await digest(aFolder(contents))).toBe(PINNED);
  });

  it.each([0o002, 0o022, 0o077])(
    'does not see the umask %o, the order, the times or the path',
    async (umask) => {
      const before = process.umask(umask);
      try {
        const root = aFolder(Object.fromEntries(Object.entries(contents).reverse()));
        utimesSync(join(root, 'src/detect.py'), 1, 1);
        expect(await digest(root)).toBe(PINNED);
      } finally {
        process.umask(before);
      }
    },
  );

  it.each<[string, Record<string, Content>]>([
    ['a name', { 'src/detect2.py': 'print()\n' }],
    ['content', { 'src/detect.py': 'print(1)\n' }],
    ['an execute bit', { 'src/detect.py': { program: 'print()\n' } }],
    ['a link', { latest: { link: 'src/run' } }],
    ['a link for its file', { latest: 'print()\n' }],
    ['an empty folder', { 'models/other': 'EMPTY FOLDER' }],
    ['what was an empty folder', { 'models/demo': '' }],
  ])('sees %s', async (_, change) => {
    expect(await digest(aFolder({ ...contents, ...change }))).not.toBe(PINNED);
  });

  it('tells a moved file from one that stayed', async () => {
    expect(await digest(aFolder({ 'a/x': '1', 'b/y': '2' }))).not.toBe(
      await digest(aFolder({ 'b/x': '1', 'a/y': '2' })),
    );
  });
});
