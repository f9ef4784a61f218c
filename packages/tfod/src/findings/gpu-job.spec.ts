import { spawnSync } from 'node:child_process';
import { parseAllDocuments } from 'yaml';
import { aFinding, aReport } from '../testing/findings';
import { aFolder } from '../testing/a-folder';
import { gpuJob, type GpuJob } from './gpu-job';
import { toYaml } from './yaml';

const JOB: GpuJob = {
  service: 'parking',
  image: 'registry.example:5000/team/parking:k-1',
  gpus: 2,
  args: ['-m', 'tfod_runtime.probe', '--require-gpus', '2', '--driver', '535.10'],
  seconds: 600,
  file: 'dist/apps/parking/gpu-verify.job.yaml',
};

/** As Kubernetes reads it: one document, whose strings stay strings. */
function read(text: string) {
  const documents = parseAllDocuments(text, { version: '1.1' });
  expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  expect(documents).toHaveLength(1);
  return documents[0]?.toJSON();
}

describe('gpuJob', () => {
  it('asks for the GPUs and runs the probe, by the rules for restricted pods', () => {
    const job = read(gpuJob(JOB));
    expect(job).toMatchObject({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'parking-gpu-verify' },
    });
    expect(job.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 600 });
    const pod = job.spec.template.spec;
    expect(pod).toMatchObject({ restartPolicy: 'Never', securityContext: { runAsNonRoot: true } });
    expect(pod.containers).toHaveLength(1);
    expect(pod.containers[0]).toMatchObject({
      image: JOB.image,
      args: JOB.args,
      resources: { limits: { 'nvidia.com/gpu': 2 } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    });
  });

  it.each([
    ['parking', 'parking-gpu-verify'],
    ['@team/Parking_2', 'team-parking-2-gpu-verify'],
    ['x'.repeat(80), `${'x'.repeat(52)}-gpu-verify`],
  ])('calls the Job of %s so that Kubernetes takes the name', (service, name) => {
    expect(read(gpuJob({ ...JOB, service })).metadata.name).toBe(name);
    expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });

  it.each([
    ['pass', 0],
    ['incomplete', 1],
    ['fail', 1],
  ])('ends, for a report that says %s, with %d', (result, code) => {
    const [file = '', ...args] = read(gpuJob(JOB)).spec.template.spec.containers[0].command;
    expect(file).toBe('python');
    const folder = aFolder({ 'probe.py': `print('''${aReport(result, [aFinding('work.memory')])}''')` });
    const ran = spawnSync('python3', [...args, `${folder}/probe.py`], { encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(code);
    expect(JSON.parse(ran.stdout).result).toBe(result);
  });
});

it.each([
  [{ a: 'yes', b: '1.10', c: 'x: y', d: '- z', e: '#', f: '', g: 'ü "q"\n' }],
  [{ list: [], nested: [{ a: 1, b: ['x', { c: true }] }, [1, [2]]] }],
  [{ 'nvidia.com/gpu': 1, on: 'on' }],
  [{ script: 'if a:\n    b # c\n- d', list: ['one\n  two', 'one\n\n', ' one\ntwo', 'ü\ntwo'] }],
])('writes %j so that a reader gets it back', (value) => {
  expect(read(toYaml(value))).toEqual(value);
});
