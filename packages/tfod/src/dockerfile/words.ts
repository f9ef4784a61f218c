import { trimSpace } from '../values/white-space';

/** A name with the value that stands behind `=`, both as written. */
export interface Pair {
  readonly name: string;
  /** Undefined when there is no `=`. */
  readonly value?: string;
}

/** Cuts at white space outside of quotes; quotes and escapes stay in the words, as in ARG and ENV. */
export function quotedWords(text: string, escape: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  const characters = [...text];
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] as string;
    if (quote === undefined && /\p{White_Space}/u.test(character)) {
      if (word !== undefined && word !== '') words.push(word);
      word = undefined;
      continue;
    }
    const escapes = character === escape && quote !== "'";
    // An escape character at the end of the line stands for nothing.
    if (escapes && index === characters.length - 1) continue;
    word = (word ?? '') + character;
    if (escapes) {
      index += 1;
      word += characters[index] as string;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
    } else if (character === quote) {
      quote = undefined;
    }
  }
  if (word !== undefined && word !== '') words.push(word);
  return words;
}

export interface Flagged {
  readonly flags: readonly Pair[];
  /** What follows the flags. */
  readonly rest: string;
}

/** Takes the `--name=value` words off the front; quotes and escapes are resolved in them. */
export function takeFlags(text: string, escape: string): Flagged {
  const flags: Pair[] = [];
  const characters = [...text];
  let index = 0;
  for (;;) {
    while (index < characters.length && isSpace(characters[index])) index += 1;
    if (characters[index] !== '-' || characters[index + 1] !== '-') break;
    const { word, end } = flagWord(characters, index, escape);
    index = end;
    if (word === '--') break;
    flags.push(pairOf(word.slice(2)));
  }
  return { flags, rest: trimSpace(characters.slice(index).join('')) };
}

function flagWord(characters: readonly string[], start: number, escape: string) {
  let word = '';
  let quote: string | undefined;
  let index = start;
  for (; index < characters.length; index += 1) {
    const character = characters[index] as string;
    if (quote === undefined && isSpace(character)) break;
    if (character === quote) quote = undefined;
    else if (quote === undefined && (character === '"' || character === "'")) quote = character;
    else if (character === escape) word += characters[(index += 1)] ?? '';
    else word += character;
  }
  return { word, end: index };
}

/** Cuts at the first `=`. */
export function pairOf(word: string): Pair {
  const equals = word.indexOf('=');
  return equals < 0 ? { name: word } : { name: word.slice(0, equals), value: word.slice(equals + 1) };
}

/** Cuts at every white space. */
export function plainWords(text: string): readonly string[] {
  return text === '' ? [] : text.split(/[\t\v\f\r ]+/);
}

/** The strings of `["a", "b"]`; undefined when the text is no JSON array; a fault when not all are strings. */
export function jsonStrings(text: string): readonly string[] | 'not strings' | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    if (!Array.isArray(parsed)) return undefined;
    return parsed.every((each): each is string => typeof each === 'string') ? parsed : 'not strings';
  } catch {
    return undefined;
  }
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && /\p{White_Space}/u.test(character);
}
