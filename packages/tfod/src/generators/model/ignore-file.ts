/** The line of models/.gitignore that keeps the weights of a model out of Git. */
function lineOf(model: string): string {
  return `/${model}/saved_model/`;
}

/** The text of a models/.gitignore in which a model is ignored, or is not; all other lines stay. */
export function withIgnored(text: string | undefined, model: string, isIgnored: boolean): string {
  const lines = (text ?? '').split('\n').filter((line, at, all) => line !== '' || at < all.length - 1);
  const others = lines.filter((line) => line.trim() !== lineOf(model));
  const isThere = others.length < lines.length;
  if (isThere === isIgnored) return text ?? '';
  const kept = isIgnored ? [...lines, lineOf(model)] : others;
  return kept.length === 0 ? '' : `${kept.join('\n')}\n`;
}
