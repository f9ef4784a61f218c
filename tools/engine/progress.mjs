// @ts-check

const QUIET_MS = 2000;

/**
 * Runs a step and says so on standard error, but only when it takes longer than two seconds.
 *
 * @template T
 * @param {string} title What is being done: `fetching packages`.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const started = performance.now();
  let shown = false;
  const timer = setTimeout(() => {
    shown = true;
    process.stderr.write(`${title} …\n`);
  }, QUIET_MS);
  try {
    const result = await work();
    if (shown) process.stderr.write(`${title}: ${Math.round((performance.now() - started) / 1000)} s\n`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}
