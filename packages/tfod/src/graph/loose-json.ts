/** Reads JSON as Nx does, which allows comments and commas at the end; few files have them. Throws SyntaxError. */
export function looseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const plain = text.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[^]*?\*\//g, '$1');
    return JSON.parse(plain.replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, '$1'));
  }
}
