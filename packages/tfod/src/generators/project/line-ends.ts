/** The text as it is committed: a checkout may have put a CR before each line end. */
export function withoutCr(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** A text of LF alone with the line ends of another, by the first of them. */
export function withLineEndsOf(model: string, text: string): string {
  return /^[^\n]*\r\n/.test(model) ? text.replaceAll('\n', '\r\n') : text;
}
