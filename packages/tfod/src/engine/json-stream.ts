/** A JSON document, or a line of text that is none. */
export type StreamItem = { readonly document: unknown } | { readonly text: string };

/**
 * Finds the JSON objects in a program's output, line by line: buildx before 0.14 prints them indented over many
 * lines, later ones one to a line, and both print plain text after them when a build has failed.
 */
export class JsonStream {
  #pending: string[] = [];

  read(line: string): StreamItem[] {
    if (this.#pending.length > 0) return this.#continue(line);
    if (!line.startsWith('{')) return [{ text: line }];
    const document = parse(line);
    if (document !== undefined) return [{ document }];
    this.#pending.push(line);
    return [];
  }

  /** An indented object ends with the first brace that stands at the start of a line. */
  #continue(line: string): StreamItem[] {
    this.#pending.push(line);
    if (line !== '}') return [];
    const lines = this.#pending;
    this.#pending = [];
    const document = parse(lines.join('\n'));
    return document === undefined ? lines.map((text) => ({ text })) : [{ document }];
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
