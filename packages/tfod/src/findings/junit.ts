import { STAGES, type Finding } from './finding';
import type { Verdict } from './verdict';

/** The verdict as the XML that CI systems read from JUnit: a suite for each stage, a case for each check. */
export function junitXml({ service, checks }: Verdict): string {
  const suites = STAGES.map((stage) => checks.filter((check) => check.stage === stage)).filter(
    (list) => list.length > 0,
  );
  const body = suites.map((list) => suite(service, list));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escape(`${service} gpu-verify`)}" ${totals(checks)}>`,
    ...body,
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(service: string, checks: readonly Finding[]): string {
  const name = escape(`gpu-verify ${checks[0]?.stage}`);
  const cases = checks.map((check) => testCase(service, check));
  return [`  <testsuite name="${name}" ${totals(checks)}>`, ...cases, '  </testsuite>'].join('\n');
}

function totals(checks: readonly Finding[]): string {
  const count = (status: Finding['status']): number => checks.filter((each) => each.status === status).length;
  const seconds = checks.reduce((sum, each) => sum + each.seconds, 0);
  return `tests="${checks.length}" failures="${count('fail')}" errors="0" skipped="${count('skip')}" time="${seconds.toFixed(3)}"`;
}

function testCase(service: string, check: Finding): string {
  const { id, stage, status, seconds, found } = check;
  const open = `    <testcase classname="${escape(`${service}.gpu-verify.${stage}`)}" name="${escape(id)}" time="${seconds.toFixed(3)}"`;
  const told = escape(about(check));
  switch (status) {
    case 'pass':
      return `${open} />`;
    case 'skip':
      return `${open}><skipped message="${escape(found)}" /></testcase>`;
    case 'warn':
      return `${open}><system-out>warning: ${told}</system-out></testcase>`;
    case 'fail':
      return `${open}><failure type="${check.owner}" message="${escape(found)}">${told}</failure></testcase>`;
  }
}

function about({ owner, found, expected, hint, docs }: Finding): string {
  return [found, `expected: ${expected}`, `owner: ${owner}`, `next step: ${hint}`, `see ${docs}`].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
  '\r': '&#13;',
};

/** XML 1.0 has no way to write most control characters, nor half of a surrogate pair. */
function escape(text: string): string {
  const legal = [...text].map((character) => (isLegal(character.codePointAt(0) ?? 0) ? character : '\uFFFD'));
  return legal.join('').replace(/[&<>"\n\t\r]/g, (character) => ENTITIES[character] ?? character);
}

/** The production `Char` of XML 1.0. */
function isLegal(code: number): boolean {
  return (
    [0x9, 0xa, 0xd].includes(code) ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    code >= 0x10000
  );
}
