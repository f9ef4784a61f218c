// @ts-check

/**
 * A size as Docker prints it: decimal megabytes.
 *
 * @param {number} bytes
 */
export function megabytes(bytes) {
  return `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
}

/**
 * A Markdown table of named sizes, largest first; those below a limit become one row.
 *
 * @param {string} title head of the first column
 * @param {Readonly<Record<string, number>>} sizes bytes by name
 * @param {number} limit bytes
 */
export function sizeTable(title, sizes, limit) {
  const entries = Object.entries(sizes).sort(([, a], [, b]) => b - a);
  const large = entries.filter(([, bytes]) => bytes >= limit);
  const small = entries.slice(large.length);
  const rest = small.reduce((sum, [, bytes]) => sum + bytes, 0);
  const rows = small.length > 0 ? [...large, [`${small.length} smaller ones`, rest]] : large;
  return [
    `| ${title} | size |`,
    '| --- | ---: |',
    ...rows.map(([name, bytes]) => `| ${name} | ${megabytes(Number(bytes))} |`),
  ].join('\n');
}
