import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, type RunCommand } from '../../engine/run-command';
import { TinyWorkspace } from '../../testing/tiny-service';
import inferExecutor from './executor';
import type { InferOptions } from './schema';
import { here } from './surroundings';

const print = (expression: string): string =>
  execFileSync('python3', ['-c', `import sys; print(${expression})`], { encoding: 'utf8' }).trim();
const MINOR = print('"%d.%d" % sys.version_info[:2]');
const PYTHON = print('sys.executable');

/** Stands where the runtime does: the environment that it is started in is what matters here. */
const DETECT = `
import json, os, pathlib, sys
options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
facts = {
    "pictures": [json.loads(line) for line in open(options["--list"])],
    "model": os.environ["TFOD_MODEL"],
    "ref": os.environ["TFOD_IMAGE_REF"],
    "cwd": os.getcwd(),
}
(pathlib.Path(options["--output"]) / "facts.json").write_text(json.dumps(facts))
print("done", options["--output"])
sys.exit(1 if facts["pictures"][0]["name"] == "failed.jpg" else 0)
`;

/** Stands in for venv and pip, which virtual-environment.spec.ts runs for real. */
const quickInstaller: RunCommand = async (command, options) => {
  const isVenv = command.args.includes('venv');
  if (!isVenv && !command.args.includes('pip')) return runCommand(command, options);
  if (isVenv) {
    const bin = join(command.args.at(-1) ?? '', 'bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(PYTHON, join(bin, 'python'));
  }
  return { code: 0, signal: null, stdout: '', stderr: '', seconds: 0 };
};

describe('infer in Python', () => {
  let workspace: TinyWorkspace;
  let told: { out: string[]; err: string[] };

  beforeEach(() => {
    workspace = new TinyWorkspace('');
    workspace.addService('parking', { variants: ['cpu', 'gpu'] });
    workspace.write('apps/parking/docker/base.Dockerfile', `FROM python:${MINOR}-slim\n`);
    workspace.write('apps/parking/src/parking/detect.py', DETECT);
    workspace.write('shots/a.jpg', '');
    told = { out: [], err: [] };
  });
  afterEach(() => workspace.dispose());

  it('starts the service as its image would, and needs no engine', async () => {
    expect(await infer({ input: 'shots', output: 'out' })).toBe(true);
    expect(JSON.parse(workspace.read('out/facts.json'))).toEqual({
      pictures: [{ path: join(workspace.root, 'shots/a.jpg'), name: 'a.jpg' }],
      model: join(workspace.root, 'apps/parking/models/demo'),
      ref: '',
      cwd: workspace.root,
    });
    expect(told.out).toEqual(['done out']);
    expect(existsSync(join(workspace.root, 'apps/parking/src/parking/__pycache__'))).toBe(false);
  });

  it('takes Python and the lock of the runtime that the service stands on', async () => {
    workspace.remove('apps/parking');
    workspace.addRuntime('ml');
    workspace.addService('parking', { runtime: 'ml' });
    workspace.write('libs/ml/docker/base.Dockerfile', `FROM python:${MINOR}-slim\n`);
    await infer({ input: 'shots', dryRun: true });
    expect(told.err).toEqual([]);
    expect(told.out[1]).toContain('libs/ml/requirements/tf.lock');
    workspace.remove('libs/ml/tfod.json');
    expect(await infer({ input: 'shots', dryRun: true })).toBe(false);
    expect(told.err.join('\n')).toContain('RUNTIME_IS_NONE');
  });

  it('fails when the runtime does', async () => {
    workspace.write('failed.jpg', '');
    expect(await infer({ input: 'failed.jpg' })).toBe(false);
  });

  it('prints what it would run: first how the environment is made, later not', async () => {
    await infer({ input: 'shots', dryRun: true });
    expect(told.out).toHaveLength(6);
    expect(told.out[0]).toMatch(/-m venv /);
    expect(told.out[1]).toContain('--require-hashes');
    expect(told.out[1]).toContain('apps/parking/requirements/tf.lock');
    expect(told.out.at(-1)).toContain('-m parking.detect detect --list');
    expect(existsSync(workspace.cacheFolder)).toBe(false);
    await infer({ input: 'shots' });
    told.out = [];
    await infer({ input: 'shots', dryRun: true });
    expect(told.out.join('\n')).not.toMatch(/venv |pip/);
  });

  it('says that there can be no results before anything is made', async () => {
    expect(await infer({ input: 'shots', output: 'shots/a.jpg/out' })).toBe(false);
    expect(told.err.join('\n')).toMatch(/^OUTPUT_NOT_WRITABLE[^]*ENOTDIR[^]*--output/);
    expect(existsSync(join(workspace.cacheFolder, 'venvs'))).toBe(false);
  });

  it('takes the lock of the variant', async () => {
    await infer({ input: 'shots', variant: 'gpu', dryRun: true });
    expect(told.out.join('\n')).toContain('requirements/gpu.lock');
  });

  it('takes the lock of Ray on top of the one of the service', async () => {
    workspace.write('apps/parking/requirements/tf.lock', 'tensorflow-cpu==2.21.0\n');
    await infer({ engine: 'ray', input: 's3://bucket/day', output: 'out', dryRun: true });
    expect(told.out.join('\n')).toMatch(/requirements\/tf\.lock\n[^]*locks\/2\.21\/py3\.\d+\/ray\.lock\n/);
    expect(told.out.at(-1)).toMatch(/-m parking\.detect ray s3:\/\/bucket\/day --output \/.*\/out\)$/);
  });

  it('knows for which versions there is no Ray', async () => {
    workspace.write('apps/parking/requirements/tf.lock', 'tensorflow-cpu==2.11.0\n');
    expect(await infer({ engine: 'ray' })).toBe(false);
    expect(told.err.join('\n')).toMatch(/RAY_LOCK_MISSING[^]*TensorFlow 2\.11/);
  });

  it('reports everything at once', async () => {
    workspace.remove('apps/parking/models/demo/saved_model/saved_model.pb');
    expect(await infer({ input: 'nowhere' })).toBe(false);
    expect(told.err.join('\n').match(/^[A-Z_]+(?=:)/gm)).toEqual(['MODEL_NO_SAVED_MODEL', 'INPUT_NOT_FOUND']);
  });

  it.each<[string, string, string | undefined, RegExp]>([
    [
      'another Python',
      'docker/base.Dockerfile',
      'FROM python:3.7-slim\n',
      /PYTHON_NOT_FOUND.*3\.7[^]*--python=/,
    ],
    ['no Python', 'docker/base.Dockerfile', 'FROM scratch\n', /PYTHON_UNKNOWN/],
    ['no lock', 'requirements/tf.lock', undefined, /LOCK_MISSING[^]*requirements\/tf\.lock/],
    ['another program', 'Dockerfile', 'FROM runtime\nENTRYPOINT ["run.sh"]\n', /ENTRYPOINT_UNKNOWN/],
    ['a broken Dockerfile', 'Dockerfile', 'FRM runtime\n', /DOCKERFILE_SYNTAX[^]*Dockerfile:1/],
    ['no Dockerfile', 'Dockerfile', undefined, /DOCKERFILE_MISSING/],
  ])('refuses %s', async (_title, path, text, message) => {
    if (text === undefined) workspace.remove(`apps/parking/${path}`);
    else workspace.write(`apps/parking/${path}`, text);
    expect(await infer({ input: 'shots' })).toBe(false);
    expect(told.err.join('\n')).toMatch(message);
  });

  async function infer(options: InferOptions): Promise<boolean> {
    const context = {
      root: workspace.root,
      projectName: 'parking',
      projectsConfigurations: {
        version: 2,
        projects: { parking: { root: 'apps/parking' }, ml: { root: 'libs/ml' } },
      },
      isVerbose: false,
    };
    const surroundings = {
      ...here(),
      env: { ...process.env, TFOD_CACHE_DIR: workspace.cacheFolder },
      run: quickInstaller,
      wheelFolder: workspace.wheelFolder,
      print: (line: string) => told.out.push(line),
      report: (line: string) => told.err.push(line),
    };
    return (await inferExecutor({ using: 'python', ...options }, context, surroundings)).success;
  }
});
