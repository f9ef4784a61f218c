/** One `name: value` or `name { … }` of protobuf's text format; the line starts at 1. */
export interface TextField {
  readonly name: string;
  readonly value: string | number | readonly TextField[];
  readonly line: number;
}

/** The text breaks the grammar; the message says where. */
export class TextProtoError extends Error {}

interface Token {
  readonly kind: 'string' | 'number' | 'word' | 'mark' | 'end';
  readonly text: string;
  readonly line: number;
}

const TOKEN = new RegExp(
  [
    String.raw`(?<blank>\s+|#[^\n]*)`,
    String.raw`(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')`,
    String.raw`(?<number>-?(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+))`,
    String.raw`(?<word>[A-Za-z_][A-Za-z0-9_]*)`,
    String.raw`(?<mark>[{}<>\[\]:,;])`,
  ].join('|'),
  'y',
);
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '<': '>' };
/** A label map has two levels. */
const DEEPEST = 20;

/** Reads what label maps are made of: messages, strings, numbers, words. Throws a `TextProtoError`. */
export function parseTextProto(text: string): readonly TextField[] {
  return new Parser(tokensOf(text)).message('', 0);
}

class Parser {
  #at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  message(closing: string, depth: number): readonly TextField[] {
    const fields: TextField[] = [];
    if (depth > DEEPEST) throw this.#unexpected('fewer messages within messages');
    for (;;) {
      const token = this.#next();
      if (closing === '' ? token.kind === 'end' : token.kind === 'mark' && token.text === closing)
        return fields;
      if (token.kind !== 'word')
        throw this.#unexpected(closing === '' ? 'a field' : `a field or ${closing}`, token);
      fields.push(...this.#field(token, depth));
      if (this.#isMark(',', ';')) this.#next();
    }
  }

  #field({ text: name, line }: Token, depth: number): TextField[] {
    const colon = this.#isMark(':');
    if (colon) this.#next();
    if (!this.#isMark('[')) return [{ name, line, value: this.#value(colon, depth) }];
    this.#next();
    const fields: TextField[] = [];
    while (!this.#isMark(']')) {
      fields.push({ name, line, value: this.#value(colon, depth) });
      if (this.#isMark(',')) this.#next();
    }
    this.#next();
    return fields;
  }

  #value(colon: boolean, depth: number): TextField['value'] {
    const token = this.#next();
    const closing = token.kind === 'mark' ? CLOSING[token.text] : undefined;
    if (closing !== undefined) return this.message(closing, depth + 1);
    if (!colon) throw this.#unexpected(': or {', token);
    if (token.kind === 'number') return numberOf(token.text);
    if (token.kind === 'word') return token.text;
    if (token.kind !== 'string') throw this.#unexpected('a value', token);
    const parts = [unquote(token.text)];
    while (this.tokens[this.#at]?.kind === 'string') parts.push(unquote(this.#next().text));
    return Buffer.concat(parts).toString('utf8');
  }

  #isMark(...marks: readonly string[]): boolean {
    const token = this.tokens[this.#at];
    return token?.kind === 'mark' && marks.includes(token.text);
  }

  #next(): Token {
    const token = this.tokens[this.#at] as Token;
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  #unexpected(expected: string, token = this.tokens[this.#at] as Token): TextProtoError {
    return new TextProtoError(`line ${token.line}: expected ${expected}, found ${token.text}`);
  }
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (let at = 0; at < text.length; ) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const groups = Object.entries(match?.groups ?? {});
    const [kind, found] = groups.find(([, group]) => group !== undefined) ?? [];
    if (kind === undefined || found === undefined) {
      throw new TextProtoError(
        `line ${line}: expected a field, found ${JSON.stringify(text.slice(at, at + 20))}`,
      );
    }
    if (kind !== 'blank') tokens.push({ kind: kind as Token['kind'], text: found, line });
    line += found.split('\n').length - 1;
    at += found.length;
  }
  return [...tokens, { kind: 'end', text: 'the end of the file', line }];
}

/** A whole number that starts with 0 is octal. */
function numberOf(text: string): number {
  return /^-?0\d+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Octal and hexadecimal escapes are bytes, of which several may make one character. */
function unquote(quoted: string): Buffer {
  const escape = /\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs;
  const inner = quoted.slice(1, -1);
  const parts: Buffer[] = [];
  let at = 0;
  for (const match of inner.matchAll(escape)) {
    parts.push(Buffer.from(inner.slice(at, match.index)), unescaped(match));
    at = match.index + match[0].length;
  }
  return Buffer.concat([...parts, Buffer.from(inner.slice(at))]);
}

function unescaped([text, octal, hexadecimal, short, long, character]: RegExpMatchArray): Buffer {
  if (octal !== undefined) return Buffer.from([Number.parseInt(octal, 8) & 0xff]);
  if (hexadecimal !== undefined) return Buffer.from([Number.parseInt(hexadecimal, 16)]);
  const point = short ?? long;
  if (point === undefined) return Buffer.from(ESCAPES[character ?? ''] ?? character ?? '');
  const code = Number.parseInt(point, 16);
  if (code > 0x10ffff) throw new TextProtoError(`${text} is no character`);
  return Buffer.from(String.fromCodePoint(code));
}
