import type { Finding, Stage } from '../findings/finding';

/** A finding in which only what a test is about is written out. */
export function aFinding(id: string, changes: Partial<Finding> = {}): Finding {
  return {
    id,
    stage: id.slice(0, id.indexOf('.')) as Stage,
    owner: 'image',
    status: 'pass',
    found: 'found',
    expected: 'expected',
    hint: '',
    docs: `docs/gpu/findings.md#${id.replace('.', '-')}`,
    seconds: 0,
    ...changes,
  };
}

/** What the probe prints. */
export function aReport(result: string, checks: readonly Finding[], facts: object = {}): string {
  return JSON.stringify({ schema: 1, probe: '0.1.0', python: '3.13.5', result, checks, facts }, null, 2);
}
