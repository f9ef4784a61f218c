export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml };

const PLAIN = /^[A-Za-z][\w./-]*$/;
/** Words that a YAML 1.1 reader takes for a boolean or for nothing. */
const RESERVED = /^(y|yes|n|no|on|off|true|false|null)$/i;
/** Lines that a block can hold as they are. */
const LINES = /^[!-~][ -~]*(\n[ -~]+)+$/;

/** Block-style YAML that every reader takes the same way; JSON strings are YAML strings. */
export function toYaml(value: Yaml, indent = ''): string {
  if (typeof value === 'string') return text(value, indent);
  if (typeof value !== 'object') return String(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value as readonly Yaml[];
    if (items.length === 0) return '[]';
    return items.map((item) => `${indent}- ${toYaml(item, deeper).trimStart()}`).join('\n');
  }
  return Object.entries(value)
    .map(
      ([key, item]) => `${indent}${text(key, indent)}:${isBlock(item) ? '\n' : ' '}${toYaml(item, deeper)}`,
    )
    .join('\n');
}

/** Whether it stands below its key and not behind it. */
function isBlock(value: Yaml): boolean {
  return typeof value === 'object' && Object.keys(value).length > 0;
}

function text(value: string, indent: string): string {
  if (PLAIN.test(value) && !RESERVED.test(value)) return value;
  return LINES.test(value)
    ? ['|-', ...value.split('\n').map((line) => indent + line)].join('\n')
    : JSON.stringify(value);
}
