// @ts-check

/**
 * @typedef {{ uris: string[], suites: string[], components: string[], signedBy?: string, trusted: boolean }} AptSource
 * One entry of apt's sources for binary packages. `signedBy` is a keyring's path or the key itself.
 * @typedef {{ uri: string, signedBy?: string, trusted: boolean }} Archive
 */

/**
 * The enabled binary sources of a deb822 file (`*.sources`): paragraphs of `Field: value`, continued by lines that
 * start with white space; `#` starts a comment line anywhere.
 *
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseDeb822(text) {
  const paragraphs = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n[ \t]*\n/);
  return paragraphs.flatMap((paragraph) => {
    const fields = parseFields(paragraph);
    const words = (/** @type {string} */ name) => (fields.get(name) ?? '').split(/\s+/).filter(Boolean);
    if (!words('types').includes('deb') || isNo(fields.get('enabled'))) return [];
    const signedBy = fields.get('signed-by');
    return [
      {
        uris: words('uris'),
        suites: words('suites'),
        components: words('components'),
        ...(signedBy ? { signedBy } : {}),
        trusted: isYes(fields.get('trusted')),
      },
    ];
  });
}

/** @param {string} paragraph */
function parseFields(paragraph) {
  /** @type {Map<string, string>} */
  const fields = new Map();
  let current = '';
  for (const line of paragraph.split('\n')) {
    const start = /^([^\s:]+):\s*(.*)$/.exec(line);
    if (start?.[1] !== undefined) {
      current = start[1].toLowerCase();
      fields.set(current, start[2] ?? '');
    } else if (current && /^\s/.test(line)) {
      fields.set(current, `${fields.get(current)}\n${line.trim()}`.trim());
    }
  }
  return fields;
}

/**
 * The binary sources of a one-line file (`sources.list`): `deb [option=value …] uri suite component…`.
 *
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseOneLine(text) {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (!match) return [];
    const [, optionText = '', uri = '', suite = '', components = ''] = match;
    const options = new Map(
      optionText
        .split(/\s+/)
        .filter(Boolean)
        .map((option) => /** @type {[string, string]} */ (splitAt(option, '='))),
    );
    const signedBy = options.get('signed-by');
    return [
      {
        uris: [uri],
        suites: [suite],
        components: components.split(/\s+/).filter(Boolean),
        ...(signedBy ? { signedBy } : {}),
        trusted: isYes(options.get('trusted')),
      },
    ];
  });
}

/**
 * Where packages of one suite come from.
 *
 * @param {readonly AptSource[]} sources
 * @param {readonly string[]} suites Names that the suite may go by, the best first (`bookworm`, `stable`).
 * @returns {Archive | undefined} Undefined when no source offers `main` of any of them.
 */
export function archiveOf(sources, suites) {
  for (const suite of suites) {
    for (const { uris, suites: offered, components, signedBy, trusted } of sources) {
      const uri = uris.find((candidate) => /^(https?|file|mirror\+\S+?):/.test(candidate));
      if (!uri || !offered.includes(suite) || !components.includes('main')) continue;
      return { uri: uri.replace(/\/+$/, ''), ...(signedBy ? { signedBy } : {}), trusted };
    }
  }
  return undefined;
}

/**
 * Where Debian's packages come from, whatever the release: its releases share one archive, and one for security updates.
 *
 * @param {readonly AptSource[]} sources The machine's.
 * @param {import('./os-release.mjs').OsRelease} osRelease
 * @returns {{ main: Archive, security?: Archive } | undefined} Undefined on other systems, and where no source names it.
 */
export function debianArchives(sources, { id, codename }) {
  const names = [codename, 'stable', 'oldstable', 'oldoldstable', 'testing'];
  const main = id === 'debian' ? archiveOf(sources, names) : undefined;
  const security = archiveOf(
    sources,
    names.map((name) => `${name}-security`),
  );
  return main && { main, ...(security ? { security } : {}) };
}

/**
 * A deb822 paragraph that offers `main` of some suites of an archive.
 *
 * @param {Archive} archive
 * @param {readonly string[]} suites
 */
export function formatSource({ uri, signedBy, trusted }, suites) {
  const lines = ['Types: deb', `URIs: ${uri}`, `Suites: ${suites.join(' ')}`, 'Components: main'];
  if (signedBy) lines.push(`Signed-By: ${signedBy.split('\n').join('\n ')}`);
  if (trusted) lines.push('Trusted: yes');
  return `${lines.join('\n')}\n`;
}

/** @param {string | undefined} value */
const isYes = (value) => /^(yes|true|on|1)$/i.test(value ?? '');

/** @param {string | undefined} value */
const isNo = (value) => /^(no|false|off|0)$/i.test(value ?? '');

/**
 * @param {string} text
 * @param {string} separator
 */
function splitAt(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at).toLowerCase(), text.slice(at + 1)];
}
