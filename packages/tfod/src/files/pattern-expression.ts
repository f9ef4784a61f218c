import { BadPattern } from './filepath-match';

/**
 * The regular expression that moby/patternmatcher makes of a path pattern, in JavaScript's words. moby escapes
 * no `|`, `^`, `{` and `}`, so in a pattern with wildcards these mean what they mean to Go's regexp. Refused with
 * BadPattern, as Docker would or where Docker's reading is one that nobody means: a backslash before a letter or
 * digit (`\d`), and a class with a star, a question mark or `[:` in it.
 */
export function patternExpression(pattern: string): RegExp {
  try {
    return new RegExp(`^${translate(pattern)}$`, 'u');
  } catch (error) {
    throw error instanceof SyntaxError ? new BadPattern(pattern) : error;
  }
}

/** What a pattern can be made of; `**` takes the slash after it along. */
const TOKEN = /\*\*\/?|\*|\?|\\(?<escaped>.)|\[(?<class>(?:\\.|[^\]\\])*)\]|(?<count>\{\d+(?:,\d*)?\})|./gsu;
/** Go's regexp repeats nothing more often. */
const MOST = 1000;

function translate(pattern: string): string {
  let repeatable = true;
  return [...pattern.matchAll(TOKEN)]
    .map((token) => {
      const isCount = token.groups?.['count'] !== undefined;
      if (isCount && !(repeatable && isCountOfGo(token[0]))) throw new BadPattern(pattern);
      repeatable = !isCount && !['*', '|'].includes(token[0].charAt(0));
      return expressionOf(token, token.index + token[0].length === pattern.length, pattern);
    })
    .join('');
}

function expressionOf(token: RegExpExecArray, isLast: boolean, pattern: string): string {
  const [text] = token;
  const { escaped, class: members, count } = token.groups ?? {};
  if (count !== undefined) return count;
  if (members !== undefined) return `[${classMembers(members, pattern)}]`;
  if (escaped !== undefined) return literal(escapable(escaped, pattern));
  if (text.startsWith('**')) return isLast ? '[^\\n]*' : '(?:[^\\n]*/)?';
  switch (text) {
    case '*':
      return '[^/]*';
    case '?':
      return '[^/]';
    case '^':
      // JavaScript repeats a bare ^ not at all, Go does.
      return '(?:^)';
    case '|':
      return '|';
    default:
      return literal(text);
  }
}

function classMembers(members: string, pattern: string): string {
  if (/^\^?$|\[:/u.test(members)) throw new BadPattern(pattern);
  const negation = members.startsWith('^') ? '^' : '';
  return `${negation}${members.slice(negation.length).replace(/\\(.)|[^-]/gsu, (member, escaped?: string) => {
    if (member === '*' || member === '?') throw new BadPattern(pattern);
    return literal(escaped === undefined ? member : escapable(escaped, pattern)).replace(/^-$/, '\\-');
  })}`;
}

function escapable(character: string, pattern: string): string {
  if (/[^\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e ]/u.test(character)) throw new BadPattern(pattern);
  return character;
}

function isCountOfGo(count: string): boolean {
  const [least = 0, most = least] = (count.match(/\d+/g) ?? []).map(Number);
  return least <= most && most <= MOST;
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
}
