import { BadPattern, filepathMatcher, hasWildcard } from './filepath-match';

describe('filepathMatcher', () => {
  // Recorded from Go's path/filepath.Match.
  it.each([
    ['*', ['a', '.git', ''], ['a/b']],
    ['*.txt', ['a.txt', '.txt'], ['a.txt.bak', 'd/a.txt']],
    ['a*b*c', ['abc', 'axbyc', 'abbc'], ['ab', 'axb/yc']],
    ['*a', ['a', 'ba', 'aba'], ['ab']],
    ['a?', ['ab', 'aé'], ['a', 'a/', 'abc']],
    ['[a-c]', ['a', 'b', 'c'], ['d', '-']],
    ['[^a]x', ['bx', '/x'], ['ax', 'x']],
    ['a\\*', ['a*'], ['ab', 'a\\*']],
    ['d*/x', ['d/x', 'dir/x'], ['d/e/x']],
    ['**', ['ab'], ['a/b']],
    ['', [''], ['a']],
    ['{a,b}', ['{a,b}'], ['a']],
  ])('%j', (pattern, matched, unmatched) => {
    const matches = filepathMatcher(pattern);
    expect([...matched, ...unmatched].filter(matches)).toEqual(matched);
  });

  it.each(['[', '[]', '[a', 'a\\', '[-a]', '[a-]', '[]a]', '[^]', '[a-\\'])('refuses %j', (pattern) => {
    expect(() => filepathMatcher(pattern)).toThrow(BadPattern);
  });
});

describe('hasWildcard', () => {
  it('sees past what is escaped', () => {
    expect(['a*', 'a?', '[a]', '\\\\*'].every(hasWildcard)).toBe(true);
    expect(['a', 'a\\*', '\\[a]', '{a,b}'].some(hasWildcard)).toBe(false);
  });
});
