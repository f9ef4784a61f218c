/** JSON with the names of every object sorted by their UTF-16 code units and no white space: one text for one value. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) => (isRecord(each) ? sorted(each) : each));
}

/**
 * A property whose name looks like an array index would come first whatever the order it was added in; that is
 * the same for every equal object, so the text is still one.
 */
function sorted(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
