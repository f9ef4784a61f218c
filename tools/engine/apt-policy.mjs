// @ts-check

/**
 * What the machine's package policy would install.
 *
 * @param {string} output What `apt-cache policy NAME…` prints.
 * @returns {Map<string, string>} Name → candidate version; a package without a candidate is not in it.
 */
export function parseCandidates(output) {
  /** @type {Map<string, string>} */
  const candidates = new Map();
  let name = '';
  for (const line of output.split('\n')) {
    const head = /^(\S+):$/.exec(line);
    if (head?.[1] !== undefined) name = head[1];
    const candidate = /^\s+Candidate:\s+(\S+)/.exec(line)?.[1];
    if (name && candidate !== undefined && candidate !== '(none)') candidates.set(name, candidate);
  }
  return candidates;
}
