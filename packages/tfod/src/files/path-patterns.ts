import { posix } from 'node:path';
import { trimSpace } from '../values/white-space';
import { BadPattern, filepathMatcher } from './filepath-match';
import { patternExpression } from './pattern-expression';

/**
 * Patterns of one path each, the last match counting, `!` taking back: the language of `.dockerignore` and
 * `COPY --exclude`, as the Go package moby/patternmatcher reads it on a POSIX system.
 */
export interface PathPatterns {
  /** Whether the last pattern that matches the path or a folder above it has no `!`. */
  matches(path: string): boolean;
  /** Whether `!` can take back nothing below a folder that is matched, so that a walk may leave it out. */
  coversAllBelow(folder: string): boolean;
}

/** Throws BadPattern for a pattern that Docker refuses. */
export function parsePathPatterns(patterns: readonly string[]): PathPatterns {
  // The last one that matches decides, so it is looked for from the end.
  const all = patterns
    .map(parsePattern)
    .filter((pattern) => pattern !== undefined)
    .reverse();
  const takenBack = all.filter((pattern) => pattern.negated);
  const matchedAt = matchesByFolder(all);

  function verdict(path: string): boolean {
    const above = matchedAt(posix.dirname(path));
    const last = all.find((pattern, index) => above[index] || pattern.test(path));
    return last !== undefined && !last.negated;
  }

  return {
    matches: verdict,
    coversAllBelow: (folder) =>
      takenBack.every(
        (pattern) => pattern.literal !== undefined && !pattern.literal.startsWith(`${folder}/`),
      ),
  };
}

/** Which patterns match a folder or one above it; every folder is asked for once per file in it. */
function matchesByFolder(all: readonly Pattern[]): (folder: string) => readonly boolean[] {
  const none = all.map(() => false);
  const known = new Map<string, readonly boolean[]>([
    ['.', none],
    ['/', none],
  ]);
  return function matchedAt(folder: string): readonly boolean[] {
    const before = known.get(folder);
    if (before !== undefined) return before;
    const above = matchedAt(posix.dirname(folder));
    const found = all.map((pattern, index) => above[index] || pattern.test(folder));
    known.set(folder, found);
    return found;
  };
}

interface Pattern {
  readonly negated: boolean;
  /** The one path that the pattern names, when it has no wildcard. */
  readonly literal?: string;
  test(path: string): boolean;
}

function parsePattern(written: string): Pattern | undefined {
  const text = trimSpace(written);
  if (text === '') return undefined;
  const cleaned = cleanPath(text);
  const negated = cleaned.startsWith('!');
  const pattern = negated ? cleaned.slice(1) : cleaned;
  if (pattern === '') throw new BadPattern(cleaned);
  filepathMatcher(pattern);
  return { negated, ...testOf(pattern) };
}

/** Go's filepath.Clean: the shortest name of a path, without a slash at its end. */
export function cleanPath(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

/**
 * moby tells four kinds of pattern apart, and its regular expression is only made for the last: a plain path, a
 * beginning (`a/**`), an ending (`**` before plain text) and all others.
 */
function testOf(pattern: string): Omit<Pattern, 'negated'> {
  const stars = [...pattern.matchAll(/\*\*\/?/g)].map((found) => found.index);
  const special = /[*?[\]\\]/;
  if (!special.test(pattern)) return { literal: pattern, test: (path) => path === pattern };
  const [only] = stars;
  if (stars.length === 1 && only === 0 && !special.test(pattern.slice(2)))
    return endingTest(pattern.slice(2));
  const beginning = pattern.slice(0, -2);
  if (stars.length === 1 && only === beginning.length && !special.test(beginning)) {
    return { test: (path) => path.startsWith(beginning) };
  }
  const expression = patternExpression(pattern);
  return { test: (path) => expression.test(path) };
}

function endingTest(ending: string): Omit<Pattern, 'negated'> {
  return { test: (path) => path.endsWith(ending) || `/${path}` === ending };
}
