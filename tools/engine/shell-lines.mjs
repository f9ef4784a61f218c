// @ts-check

/**
 * Lines for a POSIX shell's `eval`.
 *
 * @param {Readonly<Record<string, string>>} variables
 */
export function formatShell(variables) {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join('');
}

/** @param {string} value */
function quote(value) {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
