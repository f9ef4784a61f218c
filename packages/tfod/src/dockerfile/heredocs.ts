import { lex } from './shell-lexer';
import { ShellSyntax } from './shell-syntax';

/** What `<<NAME` announces. */
export interface HeredocStart {
  readonly name: string;
  /** False when the name is quoted: then variables in the content mean themselves. */
  readonly expands: boolean;
  /** `<<-`: tabs at the start of lines do not count. */
  readonly ignoresTabs: boolean;
}

const NOTHING_SET: ReadonlyMap<string, string> = new Map();
/** Heredocs are looked for with a backslash, whatever the Dockerfile escapes with. */
const LEXER = { env: NOTHING_SET, escape: '\\', keepsUnset: true };

/** The heredocs that a line announces, in order. */
export function heredocsIn(line: string): readonly HeredocStart[] {
  if (!line.includes('<<')) return [];
  return wordsOf(line).flatMap((word) => heredocStart(word) ?? []);
}

/** The heredoc that a word announces, if it is `<<NAME`, perhaps with the number of a file before it. */
export function heredocStart(word: string): HeredocStart | undefined {
  const [, dash, written] = /^\d*<<(-?)[\t\n\f\r ]*([^<]*)$/.exec(word) ?? [];
  if (!written) return undefined;
  const { words, quoted } = lex(written, LEXER);
  const [name] = words;
  if (name === undefined || words.length !== 1) return undefined;
  return { name, expands: !quoted, ignoresTabs: dash === '-' };
}

/** A line that cannot be cut into words, such as a RUN with an odd quote, announces nothing. */
function wordsOf(line: string): readonly string[] {
  try {
    return lex(line, { ...LEXER, isRaw: true }).words;
  } catch (error) {
    if (error instanceof ShellSyntax) return [];
    throw error;
  }
}
