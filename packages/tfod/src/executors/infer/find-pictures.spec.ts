import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TfodError } from '../../values/tfod-error';
import { findPictures, PICTURE_SUFFIXES } from './find-pictures';

describe('findPictures', () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'tfod-pictures-')));
    for (const file of [
      'shots/b.JPG',
      'shots/a.png',
      'shots/notes.txt',
      'shots/.hidden.jpg',
      'shots/.git/x.jpg',
      'shots/night/a.png',
      'shots/results/annotated/a.jpg',
      'more/a.png',
      'odd [1].jpg',
      'no-suffix',
    ]) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), file);
    }
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it.each<[string, string[], string[]]>([
    ['a folder', ['shots'], ['a.png', 'b.JPG', 'night/a.png']],
    ['a glob', ['shots/*.{png,JPG}'], ['a.png', 'b.JPG']],
    ['a deep glob', ['shots/**/a.*'], ['a.png', 'night/a.png']],
    ['earlier results, by their name', ['shots/results/annotated/*'], ['a.jpg']],
    ['files', ['no-suffix', 'shots/notes.txt'], ['no-suffix', 'notes.txt']],
    ['a file whose name looks like a glob', ['odd [1].jpg'], ['odd [1].jpg']],
    ['the same file in many ways', ['shots/a.png', 'shots/./a.png', 'shots/a*'], ['a.png']],
    ['files of the same name', ['shots/a.png', 'more/a.png'], ['a-2.png', 'a.png']],
  ])('takes %s', async (_title, inputs, names) => {
    expect((await find(...inputs)).map(({ name }) => name)).toEqual(names);
  });

  it('takes absolute paths as they are', async () => {
    expect(await find(join(root, 'shots/a.png'))).toEqual([
      { path: join(root, 'shots/a.png'), name: 'a.png', base: join(root, 'shots') },
    ]);
  });

  it.each(['shots', 'shots/**/*.{png,JPG}'])('follows links once in %s', async (input) => {
    symlinkSync('../more/a.png', join(root, 'shots/link.png'));
    symlinkSync('..', join(root, 'shots/night/loop'));
    symlinkSync('nowhere', join(root, 'shots/broken.png'));
    const found = await find(input);
    expect(found.map(({ name }) => name)).toEqual(['a.png', 'b.JPG', 'link.png', 'night/a.png']);
    expect(found[2]).toEqual({ path: join(root, 'more/a.png'), name: 'link.png', base: join(root, 'shots') });
  });

  it('looks into linked folders', async () => {
    mkdirSync(join(root, 'elsewhere/deep'), { recursive: true });
    writeFileSync(join(root, 'elsewhere/deep/c.png'), '');
    symlinkSync('../../elsewhere', join(root, 'shots/night/camera'));
    symlinkSync('../elsewhere', join(root, 'shots/twice'));
    const names = (await find('shots')).map(({ name }) => name);
    expect(names).toEqual(['a.png', 'b.JPG', 'night/a.png', 'night/camera/deep/c.png']);
  });

  it('names thousands of equal pictures in no time', async () => {
    const files = Array.from({ length: 3000 }, (_, at) => `many/${at}/frame.jpg`);
    for (const file of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), '');
    }
    expect(new Set((await find(...files)).map(({ name }) => name)).size).toBe(files.length);
  });

  it.each([
    ['shots (1)/*.jpg', ['a.jpg']],
    ['shots (1)/[night] {2}/*.jpg', ['b.jpg']],
    ['shots (1)/*/*.jpg', ['[night] {2}/b.jpg']],
  ])('takes folders that are there for no patterns: %s', async (input, names) => {
    mkdirSync(join(root, 'shots (1)/[night] {2}'), { recursive: true });
    writeFileSync(join(root, 'shots (1)/a.jpg'), '');
    writeFileSync(join(root, 'shots (1)/[night] {2}/b.jpg'), '');
    expect((await find(input)).map(({ name }) => name)).toEqual(names);
  });

  // Other systems do not have such names.
  (process.platform === 'linux' ? describe : describe.skip)('with names that are not UTF-8', () => {
    const latin1 = (name: string) => Buffer.from(join(root, name), 'latin1');
    beforeEach(() => {
      mkdirSync(latin1('shots/été'));
      writeFileSync(latin1('shots/été/a.jpg'), '');
      writeFileSync(latin1('shots/café.jpg'), '');
      writeFileSync(latin1('shots/notés.txt'), '');
    });

    it.each([
      ['shots', ['shots/caf\\xe9.jpg', 'shots/\\xe9t\\xe9']],
      ['shots/*.jpg', ['shots/caf\\xe9.jpg']],
    ])('names them, and what else is wrong, in %s', async (input, names) => {
      const error = await find(input, 'nowhere').catch((error: unknown) => error);
      const { problems } = error as TfodError;
      expect(problems.map(({ code }) => code)).toEqual(['INPUT_NOT_FOUND', 'INPUT_NAME_NOT_UTF8']);
      expect(problems[1]?.found?.split(/\n +/)).toEqual(names.map((name) => join(root, name)));
    });
  });

  it('takes a name that has the sign for such bytes itself', async () => {
    writeFileSync(join(root, 'more/\uFFFD.png'), '');
    expect((await find('more')).map(({ name }) => name)).toEqual(['a.png', '\uFFFD.png']);
  });

  it('reports everything at once', async () => {
    mkdirSync(join(root, 'empty'));
    const error = await find('nowhere', 'empty', 'shots/*.tiff').catch((error: unknown) => error);
    expect((error as TfodError).problems.map(({ code, where }) => [code, where])).toEqual([
      ['INPUT_NOT_FOUND', `nowhere (${root}/nowhere)`],
      ['INPUT_EMPTY', 'empty'],
      ['INPUT_EMPTY', 'shots/*.tiff'],
    ]);
  });

  it('searches for the same suffixes as the runtime', () => {
    const decode = join(__dirname, '../../../../tfod-runtime/src/tfod_runtime/decode.py');
    const [, list = ''] = /^SUFFIXES = frozenset\(([\s\S]*?)^\)/m.exec(readFileSync(decode, 'utf8')) ?? [];
    const theirs = [...list.matchAll(/"(\.\w+)"/g)].map(([, suffix]) => suffix);
    expect([...PICTURE_SUFFIXES].sort()).toEqual(theirs.sort());
  });

  function find(...inputs: string[]) {
    return findPictures(root, inputs, join(root, 'shots/results/annotated'));
  }
});
