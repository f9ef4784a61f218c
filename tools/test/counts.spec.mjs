// @ts-check
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseJunit, readCounts } from './counts.mjs';

test('a report of pytest or node is counted by its cases', () => {
  const xml =
    '<testsuites><testsuite><testcase name="a"/><testcase name="b"><failure/></testcase>' +
    '<testcase name="c"><skipped/></testcase></testsuite></testsuites>';
  assert.deepEqual(parseJunit(xml), { passed: 1, failed: 1, skipped: 1 });
});

test('a check that failed counts a failure, whatever its report says', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'tfod-counts-')), 'report.json');
  writeFileSync(file, '{"numPassedTests":3,"numFailedTests":0,"numPendingTests":1}');
  assert.deepEqual(readCounts({ kind: 'jest', file }, true), { passed: 3, failed: 0, skipped: 1 });
  assert.deepEqual(readCounts({ kind: 'jest', file }, false), { passed: 3, failed: 1, skipped: 1 });
  assert.deepEqual(readCounts(undefined, false), { passed: 0, failed: 1, skipped: 0 });
});

test('a test runner that succeeds without its report is not believed', () => {
  assert.throws(() => readCounts({ kind: 'junit', file: '/nowhere/report.xml' }, true), /without its report/);
});
