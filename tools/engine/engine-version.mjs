// @ts-check

/** The oldest versions that know named contexts and bake's raw JSON progress. */
export const MINIMUM = Object.freeze({ engine: '23.0', buildx: '0.13' });

/**
 * The numbers at the head of a version: `26.1.5+dfsg1-9` and `v0.13.1` are [26,1,5] and [0,13,1]; a Debian epoch
 * (`1:`) is left out.
 *
 * @param {string} text
 * @returns {number[] | undefined} Undefined when the text does not start with a version.
 */
export function parseVersion(text) {
  const match = /^(?:\d+:)?v?(\d+(?:\.\d+)*)/.exec(text.trim());
  return match?.[1]?.split('.').map(Number);
}

/**
 * @param {string} found
 * @param {string} minimum
 * @returns {boolean} False also when `found` is not a version.
 */
export function isAtLeast(found, minimum) {
  const have = parseVersion(found);
  const want = parseVersion(minimum);
  if (!have || !want) return false;
  for (let i = 0; i < Math.max(have.length, want.length); i++) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/**
 * @param {string} output What `docker buildx version` prints: `<module> <version> <commit>`.
 * @returns {string | undefined}
 */
export function parseBuildxVersion(output) {
  return output
    .trim()
    .split(/\s+/)
    .find((word) => /^v?\d+\.\d+/.test(word));
}

/**
 * Why an engine cannot be used; empty when it can.
 *
 * @param {{ engine?: string, buildx?: string }} found Versions, undefined where there is none.
 * @returns {string[]}
 */
export function shortcomings({ engine, buildx }) {
  if (!engine) return ['no Docker engine answers'];
  const problems = [];
  if (!isAtLeast(engine, MINIMUM.engine))
    problems.push(`Docker engine ${engine} is older than ${MINIMUM.engine}`);
  if (!buildx) problems.push('docker has no buildx plugin');
  else if (!isAtLeast(buildx, MINIMUM.buildx))
    problems.push(`buildx ${buildx} is older than ${MINIMUM.buildx}`);
  return problems;
}
