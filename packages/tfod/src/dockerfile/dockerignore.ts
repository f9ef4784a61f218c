import { BadPattern } from '../files/filepath-match';
import { cleanPath, parsePathPatterns } from '../files/path-patterns';
import type { IgnoreMatcher } from '../files/tree';
import { TfodError, type Problem } from '../values/tfod-error';
import { trimSpace } from '../values/white-space';

/**
 * Reads a .dockerignore by the rules of moby's `ignorefile` and `patternmatcher`. Paths are asked for relative to
 * the context root. Throws DOCKERIGNORE_SYNTAX for every pattern that Docker refuses.
 */
export function parseIgnore(text: string, where = '.dockerignore'): IgnoreMatcher {
  const lines = patternLines(text);
  const problems = lines.flatMap(({ pattern, line }) => patternProblem(pattern, `${where}:${line}`));
  if (problems.length > 0) throw new TfodError(problems);
  const patterns = parsePathPatterns(lines.map(({ pattern }) => pattern));
  return {
    ignores: (path) => patterns.matches(path),
    prunes: (folder) => patterns.coversAllBelow(folder),
  };
}

/**
 * The ignore file of a Dockerfile, by paths relative to the context root: `<dockerfile>.dockerignore` if there is
 * one, and then it alone counts; else `.dockerignore`.
 */
export function ignoreFileFor(dockerfilePath: string, exists: (path: string) => boolean): string {
  const own = `${dockerfilePath}.dockerignore`;
  return exists(own) ? own : '.dockerignore';
}

interface PatternLine {
  readonly pattern: string;
  /** 1-based. */
  readonly line: number;
}

function patternLines(text: string): readonly PatternLine[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((content, index) => ({ content, line: index + 1 }))
    .filter(({ content }) => !content.startsWith('#') && trimSpace(content) !== '')
    .map(({ content, line }) => ({ pattern: patternOf(trimSpace(content)), line }));
}

function patternOf(content: string): string {
  if (!content.startsWith('!')) return fromRoot(content);
  const kept = trimSpace(content.slice(1));
  return kept === '' ? '!' : `!${fromRoot(kept)}`;
}

function fromRoot(path: string): string {
  const clean = cleanPath(path);
  return clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean;
}

function patternProblem(pattern: string, where: string): readonly Problem[] {
  try {
    parsePathPatterns([pattern]);
    return [];
  } catch (error) {
    if (!(error instanceof BadPattern)) throw error;
    return [
      {
        code: 'DOCKERIGNORE_SYNTAX',
        what: pattern === '!' ? 'illegal exclusion pattern: "!"' : 'syntax error in pattern',
        where,
        found: pattern,
        expected: "a pattern of Go's filepath.Match, with ** for any number of folders and ! to take back",
        remedy: 'write a backslash before each of [ ] * ? that stands for itself',
      },
    ];
  }
}
