/** Go's strings.TrimSpace, whose idea of white space is Unicode's and not that of String.trim. */
export function trimSpace(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '');
}
