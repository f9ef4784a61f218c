import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from '../../engine/command';
import type { Ran, RunCommand } from '../../engine/run-command';
import type { Evaluation } from '../../evaluation/evaluation';
import { TinyWorkspace } from '../../testing/tiny-service';
import evaluate from './executor';
import type { EvaluateOptions } from './schema';

const PROBE = JSON.stringify({ version: '3.11.7', platform: 'linux-x86_64', executable: '/usr/bin/python3' });
const RESULTS = 'dist/apps/parking/evaluate';
const OPTIONS: EvaluateOptions = { annotations: 'truth.json', images: 'pictures', using: 'python' };

function evaluationOf(AP: number): Evaluation {
  return {
    iouType: 'bbox',
    pictures: 1,
    detections: 1,
    stats: { AP },
    classes: [{ id: 1, name: 'car', objects: 1, AP, AP50: AP }],
    curves: { recall: [0, 1], precision50: [1, AP], precision: [1, AP], classes: [[1, AP]] },
    confusion: { minScore: 0.5, iou: 0.5, names: ['car'], matrix: [[1, 0], [0, 0]] },
  }; // prettier-ignore
}

/** Python and pip are stood in for here; the scenario of the models runs the real ones. */
describe('evaluate', () => {
  let workspace: TinyWorkspace;
  let ran: Command[];
  let printed: string[];
  let reported: string[];
  let precision: number;
  let detectCode: number;

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking');
    workspace.write('apps/parking/docker/base.Dockerfile', 'FROM python:3.11-slim-trixie\n');
    workspace.write('pictures/a.jpg', 'a picture');
    workspace.write('pictures/not annotated.jpg', 'a picture');
    workspace.write('truth.json', JSON.stringify({ images: [{ file_name: 'a.jpg' }] }));
    [ran, printed, reported, precision, detectCode] = [[], [], [], 0.4, 0];
  });
  afterEach(() => workspace.dispose());

  const answer = (stdout = '', code = 0): Ran => ({ code, signal: null, stdout, stderr: '', seconds: 0 });
  const run: RunCommand = async (command) => {
    const { args } = command;
    if (args.includes('-c')) return answer(PROBE);
    ran.push(command);
    if (args.includes('venv')) {
      const python = join(args.at(-1) ?? '', 'bin/python');
      mkdirSync(dirname(python), { recursive: true });
      writeFileSync(python, '');
    }
    if (args.includes('parking.detect')) return answer('', detectCode);
    return args.includes('tfod_runtime.evaluation')
      ? answer(JSON.stringify(evaluationOf(precision)))
      : answer();
  };

  async function success(options: Partial<EvaluateOptions> = {}): Promise<boolean> {
    const context = {
      root: workspace.root,
      projectName: 'parking',
      isVerbose: false,
      projectsConfigurations: { version: 2, projects: { parking: { root: 'apps/parking' } } },
    };
    const around = {
      env: { TFOD_CACHE_DIR: workspace.cacheFolder },
      platform: 'linux' as const,
      caller: undefined,
      run,
      print: (line: string) => void printed.push(line),
      report: (line: string) => void reported.push(line),
      wheelFolder: workspace.wheelFolder,
    };
    return (await evaluate({ ...OPTIONS, ...options }, context, around)).success;
  }
  const flags = (module: string) =>
    ran.filter(({ args }) => args.includes(module)).map(({ args }) => args.join(' '));

  it('lets the service look at what is annotated, however unsure it is, and measures that', async () => {
    expect(await success()).toBe(true);
    expect(flags('parking.detect')).toEqual([
      expect.stringMatching(/--min-score 0 --max-detections 100 .*--no-annotate/),
    ]);
    expect(flags('tfod_runtime.evaluation')).toEqual([
      expect.stringMatching(/--annotations \S*truth\.json .*--iou-type bbox --min-score 0\.5$/),
    ]);
    expect(printed.join('\n')).toContain('AP       40.0');
    expect(JSON.parse(workspace.read(`${RESULTS}/evaluation.json`))).toEqual(evaluationOf(0.4));
    expect(workspace.read(`${RESULTS}/precision-recall.svg`)).toContain('parking, demo');
    expect(workspace.read(`${RESULTS}/confusion.svg`)).toContain('car');
  });

  it.each([
    [0.4, true],
    [0.41, false],
  ])('with --minMap=%d and 0.4 it succeeds: %s', async (minMap, expected) => {
    expect(await success({ minMap })).toBe(expected);
    expect(reported.join('\n').includes('below 41.0 of --minMap')).toBe(!expected);
  });

  it('prints the scores as one document with --json', async () => {
    workspace.write('before.json', JSON.stringify(evaluationOf(0.3)));
    await success({ json: true, minMap: 1, against: 'before.json' });
    const scoresOf = (AP: number) => {
      const { iouType, pictures, detections, stats, classes } = evaluationOf(AP);
      return { iouType, pictures, detections, stats, classes };
    };
    expect(printed.map((text) => JSON.parse(text) as unknown)).toEqual([
      { ...scoresOf(0.4), against: { name: 'before.json', ...scoresOf(0.3) } },
    ]);
  });

  it('compares with another model of the service', async () => {
    for (const [path, text] of [
      ['model.json', '{ "name": "other" }'],
      ['labels.pbtxt', "item { id: 1 name: 'car' }"],
      ['saved_model/saved_model.pb', 'graph'],
    ] as const)
      workspace.write(`apps/parking/models/other/${path}`, text);
    await success({ against: 'other' });
    const models = ran
      .filter(({ args }) => args.includes('parking.detect'))
      .map(({ env }) => env?.['TFOD_MODEL']);
    expect(models).toEqual(
      ['demo', 'other'].map((name) => join(workspace.root, 'apps/parking/models', name)),
    );
    expect(printed.join('\n')).toMatch(/figure +demo +other +difference/);
    expect(existsSync(join(workspace.root, RESULTS, 'against/evaluation.json'))).toBe(true);
  });

  it('compares with an earlier evaluation', async () => {
    workspace.write('before.json', JSON.stringify(evaluationOf(0.3)));
    await success({ against: 'before.json' });
    expect(printed.join('\n')).toMatch(/AP +40\.0 +30\.0 +\+10\.0/);
    expect(flags('parking.detect')).toHaveLength(1);
  });

  it('says all that is wrong before anything runs', async () => {
    workspace.write(
      'truth.json',
      JSON.stringify({ images: [{ file_name: 'a.jpg' }, { file_name: 'b.jpg' }] }),
    );
    workspace.remove('apps/parking/models/demo/labels.pbtxt');
    expect(await success({ against: 'deom' })).toBe(false);
    for (const code of ['EVALUATE_PICTURES', 'MODEL_NO_LABELS', 'EVALUATE_AGAINST'])
      expect(reported.join('\n')).toContain(code);
    expect(ran).toEqual([]);
  });

  it.each([
    [{ annotations: 'none.json' }, 'ANNOTATIONS_INVALID'],
    [{ images: 'none' }, 'INPUT_NOT_FOUND'],
    [{ against: 'none.json' }, 'EVALUATE_AGAINST'],
    [{ variant: 'gpu' as const }, 'VARIANT_NOT_THERE'],
  ])('refuses %j', async (options, code) => {
    expect(await success(options)).toBe(false);
    expect(reported.join('\n')).toContain(code);
  });

  it('has no figures when a picture could not be looked at, and keeps none of the last time', async () => {
    await success();
    detectCode = 1;
    expect(await success()).toBe(false);
    expect(reported.join('\n')).toContain('EVALUATE_PICTURES');
    expect(existsSync(join(workspace.root, RESULTS, 'evaluation.json'))).toBe(false);
  });

  it('prints the commands of a dry run and runs none', async () => {
    expect(await success({ dryRun: true })).toBe(true);
    expect(ran).toEqual([]);
    expect(printed.join('\n')).toMatch(/pip install[^\n]*evaluation\.lock[\s\S]*-m tfod_runtime\.evaluation/);
    expect(existsSync(join(workspace.root, RESULTS))).toBe(false);
  });

  it('evaluates with packages that are locked by their hashes', () => {
    const lock = readFileSync(join(__dirname, '../../../data/evaluation.lock'), 'utf8');
    const packages = lock.split('\n').filter((line) => /^[a-z]/.test(line));
    expect(packages.map((line) => line.split('==')[0])).toEqual(['numpy', 'numpy', 'numpy', 'pycocotools']);
    expect(packages.every((line) => line.endsWith(' \\'))).toBe(true);
  });
});
