/** One instruction's text, with the lines it came from. */
export interface LogicalLine {
  /** Continuations joined, comments and empty continuation lines left out. */
  readonly text: string;
  /** The first line, 1-based. */
  readonly line: number;
}

export interface Directives {
  /** `\` or a backtick. */
  readonly escape: string;
  readonly syntax?: string;
}

/** A fault of the file itself, at a line. */
export class LineFault extends Error {
  constructor(
    fault: string,
    readonly line: number,
  ) {
    super(fault);
    this.name = 'LineFault';
  }
}

/**
 * Reads a Dockerfile line by line as BuildKit does (frontend/dockerfile/parser). Heredocs are read on request,
 * since only an instruction that was understood tells whether one follows.
 */
export class LogicalLines {
  readonly directives: Directives;
  private readonly lines: readonly string[];
  private position = 0;

  constructor(text: string) {
    const content = text.replace(/^\uFEFF/, '');
    this.lines = content === '' ? [] : content.replace(/\n$/, '').split('\n');
    this.directives = readDirectives(this.lines);
  }

  /** The number of the line that was read last, 1-based. */
  get line(): number {
    return this.position;
  }

  next(): LogicalLine | undefined {
    for (let physical = this.take(); physical !== undefined; physical = this.take()) {
      const line = this.position;
      const first = this.cut(
        isComment(physical) ? '' : withoutEnd(physical).replace(/^\p{White_Space}+/u, ''),
      );
      if (!first.goesOn && first.text === '') continue;
      return { text: first.goesOn ? first.text + this.continuation() : first.text, line };
    }
    return undefined;
  }

  /** The lines up to the one that is the terminator alone, as they are written; undefined: it never comes. */
  heredoc(terminator: string, ignoresTabs: boolean): string | undefined {
    let content = '';
    for (let physical = this.take(); physical !== undefined; physical = this.take()) {
      const candidate = physical.replace(/\r+$/, '');
      if ((ignoresTabs ? candidate.replace(/^\t+/, '') : candidate) === terminator) return content;
      content += `${physical}\n`;
    }
    return undefined;
  }

  private continuation(): string {
    let text = '';
    for (let physical = this.take(); physical !== undefined; physical = this.take()) {
      if (isComment(physical) || /^\p{White_Space}*$/u.test(physical)) continue;
      const part = this.cut(withoutEnd(physical));
      text += part.text;
      if (!part.goesOn) break;
    }
    return text;
  }

  /** Takes the escape character off a line that goes on; a doubled one stands for itself. */
  private cut(line: string): { readonly text: string; readonly goesOn: boolean } {
    const { escape } = this.directives;
    const cut = /[ \t]*$/.exec(line)?.index ?? line.length;
    const goesOn = line[cut - 1] === escape && line[cut - 2] !== escape;
    return { text: goesOn ? line.slice(0, cut - 1) : line, goesOn };
  }

  private take(): string | undefined {
    const line = this.lines[this.position];
    if (line !== undefined) this.position += 1;
    return line;
  }
}

function readDirectives(lines: readonly string[]): Directives {
  const found = new Map<string, string>();
  const isScript = lines[0]?.startsWith('#!') ?? false;
  for (const [index, line] of lines.entries()) {
    if (index === 0 && isScript) continue;
    const directive =
      /^\p{White_Space}*#\p{White_Space}*(?<name>[a-z][a-z0-9]*)\s*=\s*(?<value>.+?)\s*$/iu.exec(line);
    const name = directive?.groups?.['name']?.toLowerCase() ?? '';
    if (!['syntax', 'escape', 'check'].includes(name)) break;
    // BuildKit looks behind a #! line for the frontend and for nothing else.
    if (isScript && name === 'escape') continue;
    if (found.has(name)) throw new LineFault(`a second # ${name}= line`, index + 1);
    const value = directive?.groups?.['value'] ?? '';
    if (name === 'escape' && value !== '\\' && value !== '`') {
      throw new LineFault(`the escape character ${value}, which is neither \\ nor \``, index + 1);
    }
    found.set(name, value);
  }
  const syntax = found.get('syntax')?.split(' ')[0];
  return { escape: found.get('escape') ?? '\\', ...(syntax !== undefined && { syntax }) };
}

function isComment(line: string): boolean {
  return /^\p{White_Space}*#/u.test(line);
}

function withoutEnd(line: string): string {
  return line.replace(/\r+$/, '');
}
