import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '../../findings/verdict';
import type { Image } from '../../images/image';
import { parseService } from '../../service/service';
import { gpuImages, installDocker, type FakeContainers } from '../../testing/docker-with-images';
import { FakeMachine, type FakeAnswer } from '../../testing/fake-machine';
import { aFinding, aReport } from '../../testing/findings';
import {
  MISMATCH,
  NO_CDI,
  NO_TOOLKIT,
  PROC_VERSION,
  TWO_T4,
  TWO_T4_LISTED,
} from '../../testing/gpu-messages';
import { TinyWorkspace } from '../../testing/tiny-service';
import gpuVerify from './executor';
import type { GpuVerifyOptions } from './schema';

const DRIVER = {
  'dev/nvidia0': '',
  'dev/nvidia1': '',
  'dev/nvidiactl': '',
  'dev/nvidia-uvm': '',
  'proc/driver/nvidia/version': PROC_VERSION,
};
const FACTS = { tensorflow: '2.21.0', gpus: [{ name: 'Tesla T4' }, { name: 'Tesla T4' }] };
const PROVED: FakeAnswer = {
  stdout: aReport('pass', [aFinding('image.ptxas'), aFinding('work.convolution')], FACTS),
  stderr: 'image: CUDA libraries\nW0000 noise\nwork: TensorFlow on the GPUs\n',
};
const STATIC: FakeAnswer = {
  stdout: aReport('incomplete', [aFinding('image.ptxas'), aFinding('image.libcuda', { status: 'skip' })]),
};
const LISTED: FakeAnswer = { stdout: TWO_T4_LISTED };

/** Everything as it should be; a test breaks a part of it. */
const HEALTHY: FakeContainers = { gpus: LISTED, probe: PROVED, staticProbe: STATIC };

describe('gpu-verify on a machine of fakes', () => {
  let images: readonly Image[];
  let workspace: TinyWorkspace;
  beforeAll(async () => {
    fill();
    const at = { name: 'parking', root: 'apps/parking' };
    images = await gpuImages(workspace, parseService(workspace.read('apps/parking/tfod.json'), at));
    workspace.dispose();
  });
  beforeEach(() => fill());
  afterEach(() => workspace.dispose());

  function fill(): void {
    workspace = new TinyWorkspace('gpu-verify');
    workspace.addService('parking', { variants: ['cpu', 'gpu'] });
    workspace.write('apps/parking/models/demo/samples/b.jpg', 'b');
    workspace.write('apps/parking/models/demo/samples/a.jpg', 'a');
    workspace.write(
      'apps/parking/requirements/gpu.lock',
      `tensorflow==2.21.0 \\\n    --hash=sha256:${'ab'.repeat(32)}\n`,
    );
  }

  interface Outcome {
    readonly success: boolean;
    readonly out: string;
    readonly err: string;
    readonly ref: string;
    readonly commands: readonly string[];
  }

  async function run(
    options: GpuVerifyOptions = {},
    containers: FakeContainers = HEALTHY,
    machine = healthyMachine(),
  ): Promise<Outcome> {
    installDocker(machine, images, containers);
    const outcome = await verify(options, machine);
    return { ...outcome, ref: images.at(-1)?.ref ?? '', commands: machine.log };
  }

  async function verify(options: GpuVerifyOptions, machine: FakeMachine) {
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
        platform: 'linux',
        hostname: 'gpu-1',
        kernel: '6.1.0',
        root: machine.root,
        run: machine.run,
        print: (text) => void out.push(text),
        report: (line) => void err.push(line),
        wheelFolder: workspace.wheelFolder,
      },
    );
    return { success, out: out.join('\n'), err: err.join('\n') };
  }

  function healthyMachine(): FakeMachine {
    const machine = new FakeMachine(DRIVER);
    machine.install('nvidia-smi', [{ words: [], answer: { stdout: TWO_T4 } }]);
    return machine;
  }

  const written = (): Verdict => JSON.parse(workspace.read('dist/apps/parking/gpu-verify.json'));
  const statusOf = (id: string) => written().checks.find((check) => check.id === id)?.status;

  it('says yes when the probe saw work on every GPU', async () => {
    const { success, out, err, ref, commands } = await run();
    expect(success).toBe(true);
    expect(written()).toMatchObject({
      service: 'parking',
      mode: 'gpu',
      result: 'pass',
      image: ref,
      firstCause: null,
      facts: FACTS,
    });
    expect(written().checks.map(({ stage }) => stage)).toEqual([
      ...Array<string>(9).fill('host'),
      ...Array<string>(8).fill('engine'),
      'image',
      'work',
    ]);
    expect(out).toMatch(/^check .*found\n/);
    expect(out.split('\n').at(-1)).toBe(`parking: 2 GPUs (Tesla T4) computed in ${ref}`);
    expect(err).toContain('  image: CUDA libraries\n  work: TensorFlow on the GPUs');
    const probe = commands.find((line) => line.includes('create')) ?? '';
    expect(probe).toContain('--gpus all');
    expect(probe).toContain('-m tfod_runtime.probe --require-gpus 1 --expect-tensorflow 2.21.0');
    expect(probe).toContain('--picture /tfod-picture.jpg --timeout 300');
    expect(commands.at(-1)).toMatch(/^docker rm --force tfod-gpu-verify-\d+-probe-[0-9a-f]+$/);
  });

  it('hands the probe the first sample of the model, or the picture that was asked for', async () => {
    const copied = ({ commands }: Outcome) => commands.find((line) => line.startsWith('docker cp')) ?? '';
    expect(copied(await run())).toMatch(
      /\/picture\.jpg tfod-gpu-verify-\d+-probe-[0-9a-f]+:\/tfod-picture\.jpg$/,
    );
    workspace.write('shots/c.png', 'c');
    expect(copied(await run({ picture: 'shots/c.png' }))).toMatch(/\/picture\.png .*:\/tfod-picture\.png$/);
    const { success, err } = await run({ picture: 'shots/d.png' });
    expect(success).toBe(false);
    expect(err).toContain('PICTURE_NOT_FOUND');
  });

  it('names the engine when it knows no GPU, and still checks the image', async () => {
    const { success, out, commands } = await run(
      {},
      {
        ...HEALTHY,
        gpus: { stderr: NO_TOOLKIT, code: 125 },
        cdi: { stderr: NO_CDI, code: 125 },
      },
    );
    expect(success).toBe(false);
    expect(written()).toMatchObject({ result: 'fail', firstCause: 'engine.gpu-known' });
    expect(statusOf('image.ptxas')).toBe('pass');
    expect(commands.some((line) => line.includes('--static') && !line.includes('--gpus'))).toBe(true);
    expect(commands.filter((line) => line.endsWith(' -L'))).toHaveLength(2);
    expect(out.split('\n').at(-1)).toMatch(
      /^parking: first cause engine\.gpu-known, owner engine: could not select .* Next: install nvidia-container-toolkit .* See docs\/gpu\/host-and-engine\.md#engine-gpu-known$/,
    );
  });

  it('asks by CDI where --gpus is not known, and goes on with what works', async () => {
    const { success, commands } = await run(
      {},
      {
        ...HEALTHY,
        gpus: { stderr: NO_TOOLKIT, code: 125 },
        cdi: LISTED,
      },
    );
    expect(success).toBe(true);
    expect(statusOf('engine.gpu-known')).toBe('warn');
    expect(commands.find((line) => line.includes('create'))).toContain('--device nvidia.com/gpu=all');
  });

  it('names the host before the engine that suffers from it', async () => {
    const machine = new FakeMachine();
    const { success } = await run({}, { ...HEALTHY, gpus: { stderr: MISMATCH, code: 125 } }, machine);
    expect(success).toBe(false);
    expect(written().firstCause).toBe('host.kernel-module');
    expect(statusOf('engine.driver-reached')).toBe('fail');
    expect(statusOf('host.nvidia-smi')).toBe('warn');
  });

  it('never says yes without a probe that did', async () => {
    const unknown = { stdout: aReport('incomplete', [aFinding('work.convolution', { status: 'skip' })]) };
    expect((await run({}, { ...HEALTHY, probe: unknown })).success).toBe(false);
    expect(written()).toMatchObject({ result: 'incomplete', firstCause: null });
    const crashed = { stdout: PROVED.stdout ?? '', stderr: 'terminate called\n', code: 134 };
    expect((await run({}, { ...HEALTHY, probe: crashed })).success).toBe(false);
    expect(written()).toMatchObject({ result: 'fail', firstCause: 'engine.probe', facts: {} });
  });

  it('names what the probe found', async () => {
    const old = aFinding('image.cudnn-version', { status: 'fail', found: '9.1.0', hint: 'install 9.3' });
    const { success, out } = await run({}, { ...HEALTHY, probe: { stdout: aReport('fail', [old]) } });
    expect(success).toBe(false);
    expect(out).toContain('first cause image.cudnn-version, owner image: 9.1.0. Next: install 9.3.');
  });

  it('fails when there are fewer GPUs than required', async () => {
    const { success, commands } = await run({ requireGpus: 4 });
    expect(success).toBe(false);
    expect(written().firstCause).toBe('host.gpu-count');
    expect(commands.find((line) => line.includes('create'))).toContain('--require-gpus 4');
  });

  it('looks at no GPU in static mode, and says so', async () => {
    const options: GpuVerifyOptions = { mode: 'static', gpuTargets: ['t4', 'h100'], driver: '535.104' };
    const { success, out, commands } = await run(options);
    expect(success).toBe(true);
    expect(written()).toMatchObject({ mode: 'static', result: 'incomplete', firstCause: null });
    expect(out.split('\n').at(-1)).toContain('No GPU was looked at: --mode=static did no more.');
    expect(commands.some((line) => /nvidia-smi|--gpus|--device/.test(line))).toBe(false);
    expect(commands.find((line) => line.startsWith('docker run'))).toMatch(
      /--network none .*-m tfod_runtime\.probe --static --targets t4,h100 --driver 535\.104 --expect-tensorflow 2\.21\.0 --timeout 300$/,
    );
  });

  it('fails in static mode when a check of the image does', async () => {
    const broken = { stdout: aReport('fail', [aFinding('image.ptxas', { status: 'fail' })]) };
    const { success } = await run({ mode: 'static' }, { ...HEALTHY, staticProbe: broken });
    expect(success).toBe(false);
    expect(written().firstCause).toBe('image.ptxas');
  });

  it('tells of an option that only the probe can judge', async () => {
    const refused = { stderr: "usage: …\nprobe: error: argument --targets: 'h1000' is no GPU\n", code: 2 };
    const { success, err } = await run({ mode: 'static', gpuTargets: ['h1000'] }, { staticProbe: refused });
    expect(success).toBe(false);
    expect(err).toContain('PROBE_REFUSED');
    expect(err).toContain("--gpuTargets\n  found     'h1000' is no GPU");
    expect(existsSync(join(workspace.root, 'dist/apps/parking/gpu-verify.json'))).toBe(false);
  });

  it('removes a probe that takes too long, and says how far it came', async () => {
    const slow = { stderr: 'work: TensorFlow on the GPUs\n', sleep: 0.5, code: 137 };
    const { success, commands } = await run({ timeout: 0.05 }, { ...HEALTHY, probe: slow });
    expect(success).toBe(false);
    const probe = written().checks.find(({ id }) => id === 'engine.probe');
    expect(probe).toMatchObject({
      status: 'fail',
      owner: 'framework',
      found: expect.stringContaining('no answer'),
    });
    expect(probe?.found).toContain('work: TensorFlow');
    expect(commands.filter((line) => line.startsWith('docker rm'))).toHaveLength(2);
  });

  it('takes its container with it when it is stopped', async () => {
    const machine = healthyMachine();
    const slow = { ...PROVED, sleep: 1 };
    const running = run({}, { ...HEALTHY, probe: slow }, machine);
    while (!machine.log.some((line) => line.startsWith('docker start'))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    process.emit('SIGTERM');
    const { success, err, commands } = await running;
    expect(success).toBe(false);
    expect(err).toContain('GPU_VERIFY_STOPPED');
    expect(commands.at(-1)).toMatch(/^docker rm --force tfod-gpu-verify-\d+-probe-[0-9a-f]+$/);
    expect(existsSync(join(workspace.root, 'dist/apps/parking/gpu-verify.json'))).toBe(false);
  });

  it('reports an engine that is not there, after the host', async () => {
    const machine = healthyMachine();
    const { success, out } = await verify({}, machine);
    expect(success).toBe(false);
    expect(written()).toMatchObject({ result: 'fail', firstCause: 'engine.answers', image: null });
    expect(statusOf('host.gpu-count')).toBe('pass');
    expect(statusOf('engine.probe')).toBe('skip');
    expect(out).toContain('There is no `docker` command on this machine');
  });

  it('tells what keeps the image from being built, and leaves no verdict of before', async () => {
    workspace.write('dist/apps/parking/gpu-verify.json', '{"result":"pass"}');
    const machine = healthyMachine();
    installDocker(machine, images, HEALTHY);
    workspace.remove('apps/parking/models/demo/labels.pbtxt');
    const { success, err } = await verify({ junit: 'tmp/gpu.xml' }, machine);
    expect(success).toBe(false);
    expect(err).toContain('MODEL_NO_LABELS');
    expect(existsSync(join(workspace.root, 'dist/apps/parking/gpu-verify.json'))).toBe(false);
  });

  it('prints one JSON document with --json, the same as it writes, and JUnit XML where it is asked to', async () => {
    const { out, err, ref } = await run({ json: true, junit: 'tmp/gpu.xml' });
    expect(JSON.parse(out)).toEqual(written());
    expect(err).toContain(`computed in ${ref}`);
    expect(workspace.read('tmp/gpu.xml')).toContain('<testcase classname="parking.gpu-verify.work"');
  });

  it('prints all commands with --verbose', async () => {
    const { err } = await run({ verbose: true });
    expect(err.match(/^docker (run|create|cp|start)/gm)).toHaveLength(4);
    expect(err).toContain('  W0000 noise');
  });

  it('runs no container in a dry run, and prints those that it would run', async () => {
    const { success, out, ref, commands } = await run({ dryRun: true });
    expect(success).toBe(true);
    expect(commands.filter((line) => /^docker (run|create|start)|^nvidia-smi/.test(line))).toEqual([]);
    const lines = out.split('\n').filter((line) => !line.startsWith('#'));
    expect(lines.map((line) => line.split(' ', 2).join(' '))).toEqual([
      'nvidia-smi --query-gpu=index,name,driver_version,memory.total,compute_mode,mig.mode.current',
      'docker info',
      'docker run',
      'docker create',
      'docker cp',
      'docker start',
    ]);
    expect(out).toContain(ref);
    expect(existsSync(join(workspace.root, 'dist/apps/parking/gpu-verify.json'))).toBe(false);
  });

  it('prints in a dry run that an image must be built first', async () => {
    const machine = healthyMachine();
    installDocker(machine, images, HEALTHY);
    workspace.write('apps/parking/src/parking/detect.py', 'print("changed")\n');
    const { out } = await verify({ dryRun: true, mode: 'static' }, machine);
    expect(out).toContain('# first the image is built; nx run parking:docker-build --variants=gpu --dryRun');
    expect(out).not.toContain('--gpus all');
  });

  it('prints a Job for the image and the options', async () => {
    const { success, out, err, ref, commands } = await run({ print: 'k8s', requireGpus: 2, timeout: 60 });
    expect(success).toBe(true);
    expect(out).toContain(`image: "${ref}"`);
    expect(out).toContain('nvidia.com/gpu: 2');
    expect(out).toContain('activeDeadlineSeconds: 480');
    expect(out).toMatch(/"--stage"\n\s+- "image,framework,work"/);
    expect(err).toContain('names no registry');
    expect(workspace.read('dist/apps/parking/gpu-verify.job.yaml')).toBe(`${out}\n`);
    expect(commands.some((line) => /^docker (run|create)/.test(line))).toBe(false);
  });

  it('refuses a service without a gpu image', async () => {
    workspace.addService('parking', { variants: ['cpu'] });
    const { success, err } = await verify({}, healthyMachine());
    expect(success).toBe(false);
    expect(err).toContain('VARIANT_NOT_THERE');
  });
});
