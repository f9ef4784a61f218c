import { aFinding, aReport } from '../testing/findings';
import { probeAnswer, type ProbeRun } from './probe-stage';

const PASS = aFinding('image.cudnn-version');

function ended(changes: Partial<ProbeRun>): ProbeRun {
  return { code: 0, signal: null, stdout: '', stderr: '', seconds: 3.2, stoppedAfter: undefined, ...changes };
}

it('hands on what the probe says', () => {
  const { report, finding } = probeAnswer(
    ended({ stdout: aReport('pass', [PASS], { tensorflow: '2.21.0' }) }),
  );
  expect(report).toEqual({ result: 'pass', checks: [PASS], facts: { tensorflow: '2.21.0' } });
  expect(finding).toMatchObject({ id: 'engine.probe', status: 'pass', found: '1 checks in 3.2 s' });
});

it.each<[string, string, string]>([
  ['nothing', '', 'nothing on its'],
  ['text', 'Segmentation fault', 'no JSON'],
  ['a warning before the document', `W0000 noise\n${aReport('pass', [PASS])}`, 'no JSON'],
  ['a list', '[]', 'no JSON object'],
  ['another schema', aReport('pass', [PASS]).replace('"schema": 1', '"schema": 2'), 'schema 2'],
  ['another result', aReport('maybe', [PASS]), 'the result "maybe"'],
  ['no checks', aReport('pass', []), 'without checks'],
  ['a check of another kind', aReport('pass', [{ ...PASS, status: 'ok' as 'pass' }]), '"status":"ok"'],
  ['a check of no owner', aReport('pass', [{ ...PASS, owner: 'nobody' as 'host' }]), 'nobody'],
])('takes %s for no report', (_, stdout, found) => {
  const { report, finding } = probeAnswer(ended({ stdout }));
  expect(report).toBeUndefined();
  expect(finding).toMatchObject({ status: 'fail', owner: 'image', found: expect.stringContaining(found) });
});

it.each<[string, Partial<ProbeRun>, string, string]>([
  ['took too long', { code: 137, stoppedAfter: 60 }, 'framework', 'within 60 s'],
  ['was killed', { code: 137 }, 'host', 'memory'],
  ['crashed', { code: 139, stderr: 'work: TensorFlow on the GPUs' }, 'framework', 'work: TensorFlow'],
  [
    'is not in the image',
    { code: 1, stderr: '/opt/venv/bin/python: No module named tfod_runtime.probe' },
    'image',
    'No module named',
  ],
  [
    'has no Python',
    { code: 127, stderr: 'exec: "python": executable file not found in $PATH: unknown.' },
    'image',
    'did not start',
  ],
  ['failed', { code: 1, stderr: 'Traceback\nKeyError: 1' }, 'image', 'KeyError: 1'],
  ['ended by a signal', { code: null, signal: 'SIGTERM' }, 'image', 'SIGTERM'],
])('tells whose it is when the probe %s', (_, run, owner, found) => {
  const { report, finding } = probeAnswer(ended(run));
  expect(report).toBeUndefined();
  expect(finding).toMatchObject({
    id: 'engine.probe',
    status: 'fail',
    owner,
    found: expect.stringContaining(found),
    hint: expect.stringMatching(/\w/),
  });
});

it('does not believe a report of a probe that did not end well', () => {
  expect(probeAnswer(ended({ code: 139, stdout: aReport('pass', [PASS]) })).report).toBeUndefined();
});
