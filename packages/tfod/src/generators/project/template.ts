/** What may stand between `<%=` and `%>` in a template, or between two underscores in its path. */
export type Substitutions = Readonly<Record<string, string>>;

/**
 * Puts the values into a text. There is no logic in a template: a Dockerfile or a script must read as the program
 * that it becomes.
 */
export function fillText(text: string, values: Substitutions): string {
  return text.replace(/<%=\s*(\w+)\s*%>/g, (tag, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`a template asks for ${tag}, which is not known`);
    return value;
  });
}

/** The path that a template becomes: `src/__module__/__init__.py.template` → `src/parking/__init__.py`. */
export function fillPath(path: string, values: Substitutions): string {
  return Object.entries({ ...values, dot: '.' }).reduce(
    (filled, [name, value]) => filled.replaceAll(`__${name}__`, value),
    path.replace(/\.template$/, ''),
  );
}
