import type { TaskGraph } from '@nx/devkit';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Receipt } from '../../images/receipt';
import { FakeEngine } from '../../testing/fake-engine';
import { TinyWorkspace } from '../../testing/tiny-service';
import { TfodError } from '../../values/tfod-error';
import dockerBuildBatch from './batch';
import type { BatchResult } from './batch-results';
import type { DockerBuildOptions } from './schema';

const NAMES = ['parking', 'gate', 'plates'];

describe('docker-build of several services in one batch', () => {
  let workspace: TinyWorkspace;
  let fake: FakeEngine;
  let said: string[];

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    fake = new FakeEngine();
    said = [];
    for (const name of NAMES) {
      workspace.addService(name);
      workspace.write(`apps/${name}/src/parking/detect.py`, `print("${name}")\n`);
    }
  });
  afterEach(() => workspace.dispose());

  /** Results by service, in the order in which they came. */
  async function batch(
    options: Readonly<Record<string, DockerBuildOptions>> = {},
    dependencies: Readonly<Record<string, readonly unknown[]>> = {},
    nxVersion = '24.0.6',
  ): Promise<ReadonlyMap<string, BatchResult['result']>> {
    const tasks = NAMES.map((name) => [
      `${name}:docker-build`,
      {
        id: `${name}:docker-build`,
        target: { project: name, target: 'docker-build' },
        overrides: options[name] ?? {},
      },
    ]);
    const taskGraph = {
      tasks: Object.fromEntries(tasks),
      dependencies: Object.fromEntries(
        NAMES.map((name) => [`${name}:docker-build`, dependencies[name] ?? []]),
      ),
      roots: [],
    } as unknown as TaskGraph;
    const byTask = Object.fromEntries(NAMES.map((name) => [`${name}:docker-build`, options[name] ?? {}]));
    const projects = Object.fromEntries(NAMES.map((name) => [name, { root: `apps/${name}` }]));
    const results = dockerBuildBatch(
      taskGraph,
      byTask,
      {},
      {
        root: workspace.root,
        isVerbose: false,
        taskGraph,
        projectsConfigurations: { version: 2, projects },
      },
      {
        engine: fake.engine,
        env: { TFOD_CACHE_DIR: workspace.cacheFolder },
        print: (text) => void said.push(text),
        report: (text) => void said.push(text),
        wheelFolder: workspace.wheelFolder,
      },
      nxVersion,
    );
    const all = new Map<string, BatchResult['result']>();
    for await (const { task, result } of results) all.set(task.replace(':docker-build', ''), result);
    return all;
  }

  const receiptFile = (name: string): string => join(workspace.root, `dist/apps/${name}/images.json`);
  const receipt = (name: string): Receipt => JSON.parse(readFileSync(receiptFile(name), 'utf8'));
  const statuses = (results: ReadonlyMap<string, BatchResult['result']>): object =>
    Object.fromEntries([...results].map(([name, { status }]) => [name, status]));

  it('builds what they share once, in one build, and gives each its receipt', async () => {
    const results = await batch();
    expect(fake.builds.map(({ wanted }) => wanted)).toEqual([
      ['base', 'tf', 'parking-service-cpu', 'gate-service-cpu', 'plates-service-cpu'],
    ]);
    expect(statuses(results)).toEqual({ parking: 'success', gate: 'success', plates: 'success' });
    expect(said[0]).toBe('building 5 images for 3 services');
    const receipts = NAMES.map(receipt);
    expect(new Set(receipts.map(({ images }) => images[1]?.id)).size).toBe(1);
    expect(receipts.map(({ service, images }) => [service, images.length])).toEqual([
      ['parking', 3],
      ['gate', 3],
      ['plates', 3],
    ]);
    expect(results.get('gate')?.terminalOutput).toMatch(
      /^image .*\nbase .*\ntf .*\nservice-cpu {2}build .*gate:cpu/,
    );
    said = [];
    expect(statuses(await batch())).toEqual(statuses(results));
    expect(fake.builds).toHaveLength(1);
    expect(said).toEqual([]);
  });

  it('builds the others when one cannot be built', async () => {
    fake.broken.add('gate-service-cpu');
    const results = await batch();
    expect(statuses(results)).toEqual({ parking: 'success', gate: 'failure', plates: 'success' });
    expect(results.get('gate')?.terminalOutput).toContain('IMAGE_BUILD_FAILED: gate-service-cpu');
    expect(NAMES.filter((name) => existsSync(receiptFile(name)))).toEqual(['parking', 'plates']);
  });

  it('builds the others when one cannot be read, and takes its receipt away', async () => {
    await batch();
    workspace.write('apps/gate/Dockerfile', 'FROM runtime\nCOPY nothing /app/\n');
    workspace.write('apps/plates/src/parking/detect.py', 'print("new")\n');
    const results = await batch();
    expect(statuses(results)).toEqual({ gate: 'failure', parking: 'success', plates: 'success' });
    expect(results.get('gate')?.terminalOutput).toContain('apps/gate/Dockerfile');
    expect(existsSync(receiptFile('gate'))).toBe(false);
    expect(receipt('plates').images.at(-1)?.verdict).toBe('build');
  });

  it.each([
    ['names', ['parking:docker-build']],
    ['objects, as Nx 24 has them', [{ id: 'parking:docker-build' }]],
  ])('skips what stands on one that fails: dependencies by %s', async (_, dependencies) => {
    workspace.write(
      'apps/gate/Dockerfile',
      `${workspace.read('apps/gate/Dockerfile')}COPY --from=parking /app/ /p/\n`,
    );
    fake.broken.add('parking-service-cpu');
    const results = await batch({}, { gate: dependencies });
    expect(statuses(results)).toEqual({ parking: 'failure', gate: 'skipped', plates: 'success' });
    expect([...results.keys()].indexOf('parking')).toBeLessThan([...results.keys()].indexOf('gate'));
    expect(results.get('gate')).toMatchObject({
      success: false,
      terminalOutput: 'skipped, because parking:docker-build failed\n',
    });
  });

  it('gives each task its own options', async () => {
    workspace.addService('plates', { variants: ['cpu', 'gpu'] });
    const results = await batch({
      parking: { tags: ['1.4.0'] },
      gate: { variants: ['gpu'] },
      plates: { variants: ['gpu'], json: true },
    });
    expect(statuses(results)).toEqual({ gate: 'failure', parking: 'success', plates: 'success' });
    expect(results.get('gate')?.terminalOutput).toContain('VARIANT_NOT_THERE');
    expect(fake.refs()).toContain('parking:1.4.0-cpu');
    const document = JSON.parse(results.get('plates')?.terminalOutput ?? '') as Receipt;
    expect(document.images.map(({ role }) => role)).toEqual(['base', 'gpu', 'service']);
  });

  it('builds nothing for those that only look', async () => {
    const options = { plan: true, output: 'dist/plan.html' };
    const results = await batch({ parking: options, gate: options, plates: { ...options, check: true } });
    expect(statuses(results)).toEqual({ parking: 'success', gate: 'success', plates: 'failure' });
    expect(fake.builds).toEqual([]);
    expect(results.get('gate')?.terminalOutput).toMatch(/service-cpu {2}build +never built here/);
    const page = workspace.read('dist/plan.html');
    NAMES.forEach((name) => expect(page).toContain(name));
  });

  it('prints commands for a dry run, whether or not an engine answers', async () => {
    const down = new TfodError({ code: 'ENGINE_NOT_RUNNING', what: 'No answer', remedy: 'start it' });
    Object.assign(fake.engine, { open: () => Promise.reject(down) });
    const dry = { dryRun: true };
    const results = await batch({ parking: dry, gate: dry, plates: { plan: true } });
    expect(statuses(results)).toEqual({ parking: 'success', gate: 'success', plates: 'failure' });
    expect(results.get('gate')?.terminalOutput).toBe('build base\nbuild tf\nbuild service-cpu\n');
    expect(results.get('plates')?.terminalOutput).toContain('ENGINE_NOT_RUNNING');
  });

  it('prints the results itself for an Nx that does not', async () => {
    const plan = { plan: true };
    await batch({ parking: plan, gate: plan, plates: plan });
    expect(said).toEqual([]);
    await batch({ parking: plan, gate: plan, plates: plan }, {}, '21.6.11');
    expect(said).toContainEqual(expect.stringMatching(/^\n> nx run gate:docker-build\n\nimage +verdict/));
  });

  it('tells every task what stopped all of them', async () => {
    fake.duringBuild = () => {
      throw new Error('a mistake of ours');
    };
    const results = await batch();
    expect(statuses(results)).toEqual({ parking: 'failure', gate: 'failure', plates: 'failure' });
    expect(results.get('plates')?.terminalOutput).toContain('a mistake of ours');
  });
});
