/**
 * The word that was most likely meant: few letters away from what was written. Nothing when none is near, or when
 * two are equally near.
 */
export function nearestWord(written: string, words: readonly string[]): string | undefined {
  const allowed = Math.max(1, Math.floor(written.length / 3));
  const [first, second] = words
    .map((word) => ({ word, edits: editDistance(written.toLowerCase(), word.toLowerCase()) }))
    .filter(({ edits }) => edits <= allowed)
    .sort((a, b) => a.edits - b.edits);
  return first?.edits === second?.edits ? undefined : first?.word;
}

/** How many letters must be put in, left out or replaced to make one word of the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...a].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...b].entries()) {
      const replaced = at(row, column) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, at(row, column + 1) + 1, at(next, column) + 1));
    }
    row = next;
  }
  return at(row, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
