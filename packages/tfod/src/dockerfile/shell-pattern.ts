import { ShellSyntax } from './shell-syntax';

/** Cuts what the pattern matches at the beginning of a value: `${name#pattern}`, greedy for `##`. */
export function trimPrefix(pattern: string, value: string, greedy: boolean): string {
  return value.replace(new RegExp(`^${expressionOf(pattern, greedy)}`, 'u'), '');
}

/** Cuts what the pattern matches at the end of a value: `${name%pattern}`, greedy for `%%`. */
export function trimSuffix(pattern: string, value: string, greedy: boolean): string {
  const expression = new RegExp(`^${expressionOf(pattern, greedy)}$`, 'u');
  const starts = Array.from({ length: value.length + 1 }, (_, index) => index);
  const start = (greedy ? starts : starts.reverse()).find((index) => expression.test(value.slice(index)));
  return start === undefined ? value : value.slice(0, start);
}

/** Puts the replacement where the pattern matches: `${name/pattern/replacement}`, everywhere for `//`. */
export function replacePattern(
  value: string,
  pattern: string,
  replacement: string,
  everywhere: boolean,
): string {
  return value.replace(new RegExp(expressionOf(pattern, true), everywhere ? 'gu' : 'u'), () => replacement);
}

/** `*` and `?` of a shell pattern as a regular expression; brackets mean themselves, as in BuildKit. */
function expressionOf(pattern: string, greedy: boolean): string {
  return pattern.replace(/\\(.?)|([\s\S])/gu, (_, escaped: string | undefined, plain: string | undefined) => {
    if (plain === '*') return greedy ? '.*' : '.*?';
    if (plain === '?') return '.';
    if (escaped !== undefined && !/^[*?\\}/]$/.test(escaped)) {
      throw new ShellSyntax(`\\${escaped} in the pattern ${pattern} of a substitution`);
    }
    return (plain ?? escaped ?? '').replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
  });
}
