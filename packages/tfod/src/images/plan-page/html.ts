/** Text that is safe in HTML and in SVG. */
export interface Html {
  readonly html: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

type Piece = string | number | Html | readonly Html[];

/** A template whose pieces are escaped, unless they are HTML already. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return {
    html: parts.map((part, at) => part + (at < pieces.length ? textOf(pieces[at] as Piece) : '')).join(''),
  };
}

/** HTML of our own that no template made: a style sheet. */
export function raw(text: string): Html {
  return { html: text };
}

function textOf(piece: Piece): string {
  if (typeof piece === 'string') return piece.replace(/[&<>"']/g, (letter) => ESCAPES[letter] ?? '');
  if (typeof piece === 'number') return String(piece);
  return 'html' in piece ? piece.html : piece.map(({ html: text }) => text).join('\n');
}
