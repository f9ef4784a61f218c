// @ts-check
import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * @param {Counts} a
 * @param {Counts} b
 * @returns {Counts}
 */
export function addCounts(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * What a check counts for: the tests in its report, or one for a check that is not a test runner. A check that
 * failed counts at least one failure, whatever its report says.
 *
 * @param {{ kind: 'jest' | 'junit', file: string } | undefined} report
 * @param {boolean} succeeded the exit status was 0
 * @returns {Counts}
 */
export function readCounts(report, succeeded) {
  const counted =
    report && existsSync(report.file) ? PARSERS[report.kind](readFileSync(report.file, 'utf8')) : null;
  if (counted) return succeeded ? counted : { ...counted, failed: Math.max(1, counted.failed) };
  if (report && succeeded) throw new Error(`The check succeeded without its report ${report.file}`);
  return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, skipped: 0 };
}

const PARSERS = { jest: parseJest, junit: parseJunit };

/**
 * @param {string} text what `jest --json` writes
 * @returns {Counts}
 */
function parseJest(text) {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(text);
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests };
}

/**
 * @param {string} text JUnit XML of pytest or node:test: sums every `<testsuite>` that holds test cases
 * @returns {Counts}
 */
export function parseJunit(text) {
  const cases = text.match(/<testcase\b/g)?.length ?? 0;
  const failed = text.match(/<(failure|error)\b/g)?.length ?? 0;
  const skipped = text.match(/<skipped\b/g)?.length ?? 0;
  return { passed: cases - failed - skipped, failed, skipped };
}
