import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { TfodError } from '../values/tfod-error';
import { ignoreFileFor, parseIgnore } from './dockerignore';

interface Fixture {
  readonly content: string;
  readonly ignored?: readonly string[];
  readonly sent?: readonly string[];
  readonly error?: string;
}

const fixtures = readFileSync(join(__dirname, 'fixtures', 'dockerignore.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Fixture);

/** What the matcher says, in the fixture's own form. */
function verdictOn({ content, ignored = [], sent = [] }: Fixture): Fixture {
  const paths = [...ignored, ...sent];
  try {
    const matcher = parseIgnore(content);
    return {
      content,
      ignored: paths.filter((path) => matcher.ignores(path)),
      sent: paths.filter((path) => !matcher.ignores(path)),
    };
  } catch (error) {
    return { content, error: (error as TfodError).problems[0]?.what as string };
  }
}

function foldersAbove(path: string): readonly string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? [] : [...foldersAbove(folder), folder];
}

describe('parseIgnore', () => {
  it('agrees with moby/patternmatcher on every recorded ignore file', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(1500);
    expect(fixtures.map(verdictOn)).toEqual(fixtures);
  });

  // Recorded from moby/patternmatcher 0.6.1.
  it.each([
    ['a|b*', ['a', 'ab', 'b', 'bx'], ['x']],
    ['^a*', ['a', 'ab'], ['^a', 'ba']],
    ['v{1,2}?', ['va', 'vva'], ['v{1,2}a', 'vvva']],
    ['{a,b}', ['{a,b}'], ['a', 'b']],
    ['x[^a]y', ['x/y', 'xby'], ['xay']],
    ['[a\\]\\-]*', ['a', ']', '-x'], ['b']],
    ['./!a', [], ['a', '!a']],
    ['a\u00a0', ['a'], ['a\u00a0']],
    ['\ufeff# comment\n#b\n #c', ['#c'], ['b', '#b']],
  ])('reads %j as moby does', (content, ignored, sent) => {
    expect(verdictOn({ content, ignored, sent })).toEqual({ content, ignored, sent });
  });

  it('reports every pattern that Docker refuses, with its line', () => {
    const refused = () => parseIgnore('ok\n[a\n!\n# [\n\\d*\nx[*]\n{2}*{3}', 'Dockerfile.dockerignore');
    expect(refused).toThrow(TfodError);
    try {
      refused();
    } catch (error) {
      const { problems } = error as TfodError;
      expect(problems.map(({ code, where }) => `${code} ${where}`)).toEqual(
        [2, 3, 5, 6, 7].map((line) => `DOCKERIGNORE_SYNTAX Dockerfile.dockerignore:${line}`),
      );
      expect(problems.map(({ what }) => what)).toEqual([
        'syntax error in pattern',
        'illegal exclusion pattern: "!"',
        ...Array(3).fill('syntax error in pattern'),
      ]);
    }
  });

  it('never lets a walk leave out what a later pattern takes back', () => {
    let pruned = 0;
    for (const { content, ignored = [], sent = [], error } of fixtures) {
      if (error !== undefined) continue;
      const matcher = parseIgnore(content);
      for (const path of [...ignored, ...sent]) {
        const isPruned = foldersAbove(path).some((each) => matcher.ignores(each) && matcher.prunes(each));
        if (isPruned) pruned += 1;
        if (isPruned) expect(matcher.ignores(path)).toBe(true);
      }
    }
    expect(pruned).toBeGreaterThan(500);
  });

  it('lets a walk leave out a folder unless something in it may be taken back', () => {
    expect(parseIgnore('node_modules').prunes('node_modules')).toBe(true);
    expect(parseIgnore('*\n!src').prunes('dist')).toBe(true);
    expect(parseIgnore('*\n!dist/keep').prunes('dist')).toBe(false);
    expect(parseIgnore('*\n!**/keep').prunes('dist')).toBe(false);
  });
});

describe('ignoreFileFor', () => {
  it("prefers the Dockerfile's own file, which then counts alone", () => {
    expect(ignoreFileFor('docker/tf.Dockerfile', () => true)).toBe('docker/tf.Dockerfile.dockerignore');
    expect(ignoreFileFor('docker/tf.Dockerfile', () => false)).toBe('.dockerignore');
  });
});
