// @ts-check

/**
 * @typedef {{ id: string, like: string[], codename: string, name: string }} OsRelease
 * `id` and `like` in lower case (`debian`, `ubuntu`); `codename` is empty where the system has none.
 */

/**
 * @param {string} text Contents of /etc/os-release.
 * @returns {OsRelease}
 */
export function parseOsRelease(text) {
  /** @type {Map<string, string>} */
  const values = new Map();
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Z_0-9]+)=(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) values.set(match[1], unquote(match[2]));
  }
  const id = (values.get('ID') ?? 'linux').toLowerCase();
  return {
    id,
    like: (values.get('ID_LIKE') ?? '').toLowerCase().split(/\s+/).filter(Boolean),
    codename: values.get('VERSION_CODENAME') ?? '',
    name: values.get('PRETTY_NAME') ?? id,
  };
}

/** @param {string} value */
function unquote(value) {
  const match = /^(["'])(.*)\1$/.exec(value);
  return match?.[2] === undefined ? value : match[2].replace(/\\(["'$`\\])/g, '$1');
}
