import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, release } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../engine/run-command';
import type { Verdict } from '../../findings/verdict';
import { aFinding, aReport } from '../../testing/findings';
import { TinyWorkspace } from '../../testing/tiny-service';
import { describeWithEngine } from '../../testing/with-engine';
import gpuVerify from './executor';
import type { GpuVerifyOptions } from './schema';

/** Names that no other run has, so that images of this one can be told and removed. */
const SPACE = `tfod-gpu-spec/${process.pid}`;

const BASE = 'FROM python:3.13-slim-trixie\nRUN useradd --uid 10001 tfod\nCOPY docker/base.txt /base.txt\n';
const SERVICE = [
  'FROM runtime',
  'COPY --link src/ /app/',
  'ENV PYTHONPATH=/app',
  'USER 10001:10001',
  'ENTRYPOINT ["python", "-m", "parking.detect"]',
  '',
].join('\n');

/** A stand-in for the probe of the runtime: it tells with what it was started, as whom, and what it can reach. */
const STAND_IN = `
import json, os, socket, sys
seen = {"args": sys.argv[1:], "uid": os.getuid(), "interfaces": [name for _, name in socket.if_nameindex()]}
print("image: looking", file=sys.stderr)
report = json.loads(${JSON.stringify(aReport('incomplete', [aFinding('image.ptxas')]))})
print(json.dumps({**report, "facts": seen}))
`;

const PROBE = join(__dirname, '../../../../tfod-runtime/src/tfod_runtime/probe.py');

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();

describeWithEngine('gpu-verify on a real engine', () => {
  let workspace: TinyWorkspace;

  beforeEach(() => {
    workspace = new TinyWorkspace(`${SPACE} ${randomUUID()}`);
    workspace.addService('parking', { image: `${SPACE}/parking`, variants: ['gpu'] });
    workspace.write('apps/parking/docker/base.Dockerfile', BASE);
    workspace.write('apps/parking/Dockerfile', SERVICE);
    workspace.write('apps/parking/src/tfod_runtime/__init__.py', '');
    workspace.write('apps/parking/src/tfod_runtime/probe.py', STAND_IN);
  });
  afterEach(() => {
    workspace.dispose();
    const refs = docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}').split('\n');
    const ours = refs.filter((ref) => ref.startsWith(SPACE));
    if (ours.length > 0) docker('image', 'rm', '--force', ...ours);
    expect(docker('ps', '--all', '--quiet', '--filter', `name=tfod-gpu-verify-${process.pid}`)).toBe('');
  });

  async function run(options: GpuVerifyOptions) {
    const [out, err]: [string[], string[]] = [[], []];
    const { success } = await gpuVerify(
      options,
      {
        root: workspace.root,
        projectName: 'parking',
        projectsConfigurations: { version: 2, projects: { parking: { root: 'apps/parking' } } },
        isVerbose: false,
      },
      {
        env: { TFOD_CACHE_DIR: workspace.cacheFolder },
        platform: process.platform,
        hostname: hostname(),
        kernel: release(),
        root: '/',
        run: runCommand,
        print: (text) => void out.push(text),
        report: (line) => void err.push(line),
        wheelFolder: workspace.wheelFolder,
      },
    );
    const verdict: Verdict = JSON.parse(workspace.read('dist/apps/parking/gpu-verify.json'));
    return { success, out: out.join('\n'), err: err.join('\n'), verdict };
  }

  it('builds the image and runs its probe in static mode, as the user of the image and shut off', async () => {
    const { success, out, err, verdict } = await run({ mode: 'static', gpuTargets: ['t4'] });
    expect(err).toContain('image: looking');
    expect(success).toBe(true);
    expect(verdict).toMatchObject({ mode: 'static', result: 'incomplete', firstCause: null });
    expect(verdict.facts).toEqual({
      args: ['--static', '--targets', 't4', '--timeout', '300'],
      uid: 10001,
      interfaces: ['lo'],
    });
    expect(docker('image', 'inspect', '--format', '{{.Id}}', verdict.image ?? '')).toMatch(/^sha256:/);
    expect(out).toContain('No GPU was looked at');
  });

  it('understands the probe of the runtime, which misses TensorFlow in this image', async () => {
    workspace.write('apps/parking/src/tfod_runtime/probe.py', readFileSync(PROBE, 'utf8'));
    const { success, verdict } = await run({ mode: 'static' });
    expect(success).toBe(false);
    expect(verdict).toMatchObject({ result: 'fail', firstCause: 'image.tensorflow' });
    expect(verdict.checks.find(({ id }) => id === 'engine.probe')?.status).toBe('pass');
    expect(verdict.checks.find(({ id }) => id === 'image.tensorflow')).toMatchObject({ owner: 'image' });
  });

  it('finds out whether this engine gives containers a GPU', async () => {
    const { success, verdict } = await run({});
    expect(success).toBe(false);
    const status = (id: string) => verdict.checks.find((check) => check.id === id)?.status;
    const asked = ['--gpus all', '--device nvidia.com/gpu=all'].map((flags) => {
      const args = ['run', '--rm', ...flags.split(' '), '--entrypoint', 'true', verdict.image ?? ''];
      return spawnSync('docker', args).status === 0;
    });
    expect(status('engine.container')).toBe(asked.includes(true) ? 'pass' : 'skip');
    expect(status('engine.gpu-known')).toBe(asked[0] ? 'pass' : asked[1] ? 'warn' : 'fail');
    // The image was looked at whatever the engine said.
    expect(status('image.ptxas')).toBe('pass');
  });

  it.each([
    ['speaks half a document', 'print("{")\n', 30, 'image', 'no JSON'],
    ['crashes', 'import ctypes\nctypes.string_at(0)\n', 30, 'framework', 'exit code 139'],
    ['hangs', 'import time\ntime.sleep(600)\n', 0.25, 'framework', 'no answer within 2 s'],
  ])('makes a finding of a probe that %s', async (_, probe, timeout, owner, found) => {
    workspace.write('apps/parking/src/tfod_runtime/probe.py', probe);
    const { success, verdict } = await run({ mode: 'static', timeout });
    expect(success).toBe(false);
    expect(verdict.firstCause).toBe('engine.probe');
    const check = verdict.checks.find(({ id }) => id === 'engine.probe');
    expect(check).toMatchObject({ status: 'fail', owner, found: expect.stringContaining(found) });
  });
});
