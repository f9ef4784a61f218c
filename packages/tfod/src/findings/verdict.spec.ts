import { aFinding } from '../testing/findings';
import { headline } from './headline';
import type { ProbeReport } from './probe-report';
import { succeeds, verdict, verdictPath, type Seen } from './verdict';

const OUTSIDE = [aFinding('host.gpu-count'), aFinding('engine.container')];
const WORK = aFinding('work.convolution');
const SKIP = aFinding('work.convolution', { status: 'skip', found: 'static mode looks at no GPU' });
const report = (result: ProbeReport['result'], ...checks: ProbeReport['checks']): ProbeReport => ({
  result,
  checks,
  facts: { gpus: [{ name: 'Tesla T4' }, { name: 'Tesla T4' }] },
});
const seen = (changes: Partial<Seen>): Seen => ({
  service: 'parking',
  mode: 'gpu',
  image: 'parking:k-1',
  outside: OUTSIDE,
  report: report('pass', WORK),
  ...changes,
});

const HOST_FAIL = aFinding('host.mig', { status: 'fail', owner: 'host', found: 'none', hint: 'make one' });
const IMAGE_FAIL = aFinding('image.ptxas', { status: 'fail' });

it.each<[string, Partial<Seen>, string, string | null, boolean]>([
  ['work on every GPU', {}, 'pass', null, true],
  ['a warning', { outside: [aFinding('host.mig', { status: 'warn' })] }, 'pass', null, true],
  ['no probe', { report: undefined }, 'incomplete', null, false],
  ['a probe that saw not all', { report: report('incomplete', SKIP) }, 'incomplete', null, false],
  ['a failure outside of a proof', { outside: [...OUTSIDE, HOST_FAIL] }, 'fail', 'host.mig', false],
  ['a failure inside', { report: report('fail', IMAGE_FAIL) }, 'fail', 'image.ptxas', false],
  ['a failure that the probe does not name', { report: report('fail', WORK) }, 'fail', null, false],
  [
    'a failure that the probe overlooked',
    { report: report('pass', IMAGE_FAIL) },
    'fail',
    'image.ptxas',
    false,
  ],
  ['static mode', { mode: 'static', report: report('incomplete', SKIP) }, 'incomplete', null, true],
  // A static probe cannot say yes; one that does is not believed.
  ['static mode with a proof', { mode: 'static' }, 'incomplete', null, true],
  [
    'static mode with a failure',
    { mode: 'static', report: report('fail', IMAGE_FAIL) },
    'fail',
    'image.ptxas',
    false,
  ],
])('of %s is what was seen', (_, changes, result, firstCause, success) => {
  const found = verdict(seen(changes));
  expect(found).toMatchObject({ service: 'parking', result, firstCause });
  expect(succeeds(found)).toBe(success);
  expect(headline(found)).toMatch(/^parking: \S/);
});

it('names the failure of the earliest stage, wherever it stands', () => {
  const found = verdict(seen({ outside: [aFinding('engine.probe', { status: 'fail' }), HOST_FAIL] }));
  expect(found.firstCause).toBe('host.mig');
});

describe('headline', () => {
  it('names the GPUs that computed', () => {
    expect(headline(verdict(seen({})))).toBe('parking: 2 GPUs (Tesla T4) computed in parking:k-1');
  });

  it('names the first cause, its owner, the next step and the page', () => {
    expect(headline(verdict(seen({ outside: [HOST_FAIL] })))).toBe(
      'parking: first cause host.mig, owner host: none. Next: make one. See docs/gpu/findings.md#host-mig',
    );
  });

  it('is one line', () => {
    const failed = aFinding('engine.container', { status: 'fail', found: '\none\ntwo' });
    expect(headline(verdict(seen({ outside: [failed] })))).toContain('owner image: one. See');
  });

  it('says clearly that static mode saw no GPU', () => {
    const line = headline(verdict(seen({ mode: 'static', report: report('incomplete', SKIP) })));
    expect(line).toContain('No GPU was looked at');
  });

  it('says what was skipped when nothing failed and nothing was proved', () => {
    const line = headline(verdict(seen({ report: report('incomplete', SKIP) })));
    expect(line).toBe(
      'parking: not proved, although nothing failed: work.convolution was skipped: static mode looks at no GPU',
    );
  });

  it('names what could not be compared, not what is skipped in health', () => {
    const checks = [
      aFinding('image.targets', { status: 'skip', found: 'no GPUs were named' }),
      aFinding('model.agreement', { status: 'warn', found: 'no detection of score 0.5 to compare' }),
    ];
    expect(headline(verdict(seen({ report: report('incomplete', ...checks) })))).toBe(
      'parking: not proved, although nothing failed: model.agreement warns: no detection of score 0.5 to compare',
    );
  });
});

it('stands beside the receipt', () => {
  expect(verdictPath('apps/parking')).toBe('dist/apps/parking/gpu-verify.json');
});
