/** A drawing of that size with these elements on white. */
export function svg(width: number, height: number, elements: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Helvetica, Arial, sans-serif">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...elements,
    '</svg>\n',
  ].join('\n');
}

export interface TextOptions {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly fill?: string;
  /** Degrees, clockwise. */
  readonly turn?: number;
  readonly bold?: boolean;
}

/** A line of text; `x` and `y` are where its baseline is anchored. */
export function text(
  x: number,
  y: number,
  words: string,
  { size = 12, anchor = 'start', fill = '#333', turn, bold }: TextOptions = {},
): string {
  const turned = turn === undefined ? '' : ` transform="rotate(${turn} ${x} ${y})"`;
  const weight = bold ? ' font-weight="bold"' : '';
  return `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="${fill}"${weight}${turned}>${escaped(words)}</text>`;
}

export function line(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  stroke: string,
): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${stroke}"/>`;
}

/** Words cut to so many letters. */
export function shortened(words: string, letters: number): string {
  return words.length <= letters ? words : `${words.slice(0, letters - 1)}…`;
}

/** As it may stand within XML; control characters may not at all. */
function escaped(words: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return words.replace(/[&<>]/g, (sign) => names[sign] ?? '').replace(/\p{Cc}/gu, ' ');
}
