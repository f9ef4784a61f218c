export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml };

const PLAIN = /^[A-Za-z][\w./-]*$/;
/** Words that a YAML 1.1 reader takes for a boolean or for nothing. */
const RESERVED = /^(y|yes|n|no|on|off|true|false|null)$/i;

/** Block-style YAML that every reader takes the same way; JSON strings are YAML strings. */
export function toYaml(value: Yaml, indent = ''): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return (value as readonly Yaml[])
      .map((item) => `${indent}- ${toYaml(item, `${indent}  `).trimStart()}`)
      .join('\n');
  }
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([key, item]) => `${indent}${text(key)}:${behindKey(item, indent)}`)
      .join('\n');
  }
  return typeof value === 'string' ? text(value) : String(value);
}

function behindKey(value: Yaml, indent: string): string {
  const isBlock = typeof value === 'object' && Object.keys(value).length > 0;
  return isBlock ? `\n${toYaml(value, `${indent}  `)}` : ` ${toYaml(value)}`;
}

function text(value: string): string {
  return PLAIN.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value);
}
