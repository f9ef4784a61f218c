import { replacePattern, trimPrefix, trimSuffix } from './shell-pattern';
import { ShellSyntax } from './shell-syntax';

export interface LexOptions {
  /** What variables stand for. */
  readonly env: ReadonlyMap<string, string>;
  /** The escape character of the Dockerfile. */
  readonly escape: string;
  /** Keeps unset variables as they are written. */
  readonly keepsUnset?: boolean;
  /** Keeps quotes and escapes as they are written. */
  readonly isRaw?: boolean;
}

export interface Lexed {
  /** The whole text with variables replaced and quotes removed. */
  readonly text: string;
  /** The same, cut at white space outside of quotes. */
  readonly words: readonly string[];
  /** Variables that are not set and have no substitute in their place. */
  readonly unset: readonly string[];
  /** Whether a quote was removed. */
  readonly quoted: boolean;
}

/**
 * Reads a word as BuildKit's shell lexer does (frontend/dockerfile/shell): `$name`, `${name}` and the
 * modifiers `-`, `+`, `?` (each also after a colon), `#`, `##`, `%`, `%%`, `/` and `//`; single and double quotes;
 * the escape character. Throws ShellSyntax.
 */
export function lex(text: string, options: LexOptions): Lexed {
  return new ShellLexer(text, options).read();
}

class ShellLexer {
  private readonly characters: readonly string[];
  private position = 0;
  private readonly unset = new Set<string>();
  private readonly word = { text: '' };
  private quoted = false;

  constructor(
    text: string,
    private readonly options: LexOptions,
  ) {
    this.characters = [...text];
  }

  read(): Lexed {
    const { text, words } = this.readUntil(undefined, this.options.isRaw ?? false);
    return { text, words, unset: [...this.unset], quoted: this.quoted };
  }

  private readUntil(stop: string | undefined, keepEscapes: boolean): Pick<Lexed, 'text' | 'words'> {
    // BuildKit keeps one word at a time: that of ${name:-word} pushes out what stood before it. Only the names
    // of heredocs are read by words, and `<<${name:-word}` announces none.
    const words = new Words(this.word);
    words.forget();
    for (let next = this.peek; next !== undefined; next = this.peek) {
      if (next === stop) {
        this.position += 1;
        return words.end();
      }
      if (next === '$') words.addSplit(this.readDollar());
      else if (next === '<') words.addWhole(this.readHeredocStart());
      else if (next === "'") words.addWhole(this.readSingleQuoted());
      else if (next === '"') words.addWhole(this.readDoubleQuoted(keepEscapes));
      else if (next === this.options.escape) words.addWhole(this.readEscaped(keepEscapes));
      else words.addSplit(this.take());
    }
    if (stop !== undefined) throw new ShellSyntax(`a ${stop} is missing`);
    return words.end();
  }

  private readEscaped(keep: boolean): string {
    const escape = this.take();
    return `${keep ? escape : ''}${this.peek === undefined ? '' : this.take()}`;
  }

  private readSingleQuoted(): string {
    const quote = this.take();
    const end = this.characters.indexOf("'", this.position);
    if (end < 0) throw new ShellSyntax("a ' is missing");
    const content = this.characters.slice(this.position, end).join('');
    this.position = end + 1;
    return this.inQuotes(quote, content);
  }

  private readDoubleQuoted(keepEscapes: boolean): string {
    const quote = this.take();
    let content = '';
    for (;;) {
      const next = this.peek;
      if (next === undefined) throw new ShellSyntax('a " is missing');
      if (next === '"') break;
      if (next === '$') content += this.readDollar();
      else if (next === this.options.escape) content += this.readEscapedInQuotes(keepEscapes);
      else content += this.take();
    }
    this.take();
    return this.inQuotes(quote, content);
  }

  private readEscapedInQuotes(keep: boolean): string {
    const escape = this.take();
    const next = this.peek;
    if (next === undefined) return keep ? escape : '';
    const isEscapable = next === '"' || next === '$' || next === escape;
    if (!isEscapable) return keep ? escape + escape : escape;
    return `${keep ? escape : ''}${this.take()}`;
  }

  private inQuotes(quote: string, content: string): string {
    this.quoted = true;
    return this.options.isRaw ? `${quote}${content}${quote}` : content;
  }

  /** White space between `<<` and the name of a heredoc does not end the word. */
  private readHeredocStart(): string {
    let start = this.take();
    if (this.peek !== '<') return start;
    start += this.take();
    while (this.peek !== undefined && /[\t\r ]/.test(this.peek)) start += this.take();
    return start;
  }

  private readDollar(): string {
    this.take();
    if (this.peek !== '{') {
      const name = this.readName();
      return name === '' ? '$' : this.valueOf(name, `$${name}`);
    }
    this.take();
    if (this.peek === undefined || /[{}:]/.test(this.peek)) throw new ShellSyntax('bad substitution: ${');
    const name = this.readName();
    const modifier = this.peek === undefined ? '' : this.take();
    if (modifier === '}') return this.valueOf(name, `\${${name}}`);
    if (modifier === '/') return this.readReplacement(name);
    return this.readModified(name, modifier);
  }

  private readModified(name: string, modifier: string): string {
    const emptyIsUnset = modifier === ':';
    const kind = emptyIsUnset && this.peek !== undefined ? this.take() : modifier;
    const isTrim = kind === '#' || kind === '%';
    if (!/^[-+?#%]$/.test(kind) || (emptyIsUnset && isTrim)) {
      throw new ShellSyntax(`unknown modifier ${emptyIsUnset ? ':' : ''}${kind} in \${${name}`);
    }
    const word = this.readUntil('}', isTrim).text;
    const written = `\${${name}${emptyIsUnset ? ':' : ''}${kind}${word}}`;
    const value = this.options.env.get(name);
    if (this.options.keepsUnset && value === undefined) return written;
    const isSet = value !== undefined && !(emptyIsUnset && value === '');
    if (kind === '-') return isSet ? value : word;
    if (kind === '+') return isSet ? word : '';
    if (kind === '?') {
      if (!isSet) throw new ShellSyntax(`${name}: ${word === '' ? 'is not set' : word}`);
      return value;
    }
    const greedy = word.startsWith(kind);
    const trim = kind === '%' ? trimSuffix : trimPrefix;
    return trim(greedy ? word.slice(1) : word, this.valueOf(name, written), greedy);
  }

  private readReplacement(name: string): string {
    const everywhere = this.peek === '/';
    if (everywhere) this.take();
    const pattern = this.readUntil('/', true).text;
    const replacement = this.readUntil('}', true).text;
    const value = this.valueOf(name, `\${${name}/${pattern}/${replacement}}`);
    return replacePattern(value, pattern, replacement, everywhere);
  }

  /** Letters, digits and `_`; or digits alone; or one of the shell's special parameters. */
  private readName(): string {
    const rest = this.characters.slice(this.position).join('');
    const [name = ''] = /^(?:\p{Nd}+|[@*#?\-$!]|[\p{L}\p{Nd}_]+)/u.exec(rest) ?? [];
    this.position += [...name].length;
    return name;
  }

  private valueOf(name: string, written: string): string {
    const value = this.options.env.get(name);
    if (value !== undefined) return value;
    this.unset.add(name);
    return this.options.keepsUnset ? written : '';
  }

  private get peek(): string | undefined {
    return this.characters[this.position];
  }

  private take(): string {
    const character = this.characters[this.position];
    if (character === undefined) throw new ShellSyntax('the line ends too early');
    this.position += 1;
    return character;
  }
}

/** Collects a text and, beside it, its words. */
class Words {
  private text = '';
  private readonly words: string[] = [];

  constructor(private readonly word: { text: string }) {}

  /** White space ends a word. */
  addSplit(part: string): void {
    this.text += part;
    for (const character of part) {
      if (/\p{White_Space}/u.test(character)) this.endWord();
      else this.word.text += character;
    }
  }

  /** White space is a part of the word. */
  addWhole(part: string): void {
    this.text += part;
    this.word.text += part;
  }

  forget(): void {
    this.word.text = '';
  }

  end(): Pick<Lexed, 'text' | 'words'> {
    this.endWord();
    return { text: this.text, words: this.words };
  }

  private endWord(): void {
    if (this.word.text !== '') this.words.push(this.word.text);
    this.forget();
  }
}
