// @ts-check

/** @param {readonly number[]} values @returns {number} the middle one, or the mean of the two in the middle */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

/** @param {() => unknown} work @returns {Promise<number>} seconds */
export async function secondsOf(work) {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** @param {readonly number[]} seconds */
export function spread(seconds) {
  const sorted = [...seconds].sort((a, b) => a - b);
  return `${median(sorted).toFixed(3)} s (${sorted[0]?.toFixed(3)} to ${sorted.at(-1)?.toFixed(3)})`;
}
