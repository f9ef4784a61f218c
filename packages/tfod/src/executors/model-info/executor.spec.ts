import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from '../../engine/command';
import type { RunCommand } from '../../engine/run-command';
import { TinyWorkspace } from '../../testing/tiny-service';
import modelInfo from './executor';
import type { ModelInfoOptions } from './schema';

const PROBE = JSON.stringify({ version: '3.11.7', platform: 'linux-x86_64', executable: '/usr/bin/python3' });
const CARD = '{ "name": "demo" }';

/** Python and pip are stood in for here; the scenario of the models runs the real ones. */
describe('model-info', () => {
  let workspace: TinyWorkspace;
  let ran: Command[];
  let printed: string[];
  let reported: string[];

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking');
    workspace.write('apps/parking/docker/base.Dockerfile', 'FROM python:3.11-slim-trixie\n');
    [ran, printed, reported] = [[], [], []];
  });
  afterEach(() => workspace.dispose());

  const run: RunCommand = async (command, options) => {
    const { args } = command;
    const answer = { code: 0, signal: null, stdout: '', stderr: '', seconds: 0 };
    if (args.includes('-c')) return { ...answer, stdout: PROBE };
    ran.push(command);
    if (args.includes('venv')) {
      const python = join(args.at(-1) ?? '', 'bin/python');
      mkdirSync(dirname(python), { recursive: true });
      writeFileSync(python, '');
    }
    if (args.includes('tfod_runtime.card')) options?.onLine?.(CARD, 'stdout');
    return answer;
  };

  async function success(options: ModelInfoOptions = {}): Promise<boolean> {
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
    return (await modelInfo({ using: 'python', ...options }, context, around)).success;
  }

  it('prints the card that the runtime makes of the model', async () => {
    expect(await success({ json: true })).toBe(true);
    expect(printed).toEqual([CARD]);
    const card = ran.at(-1);
    expect(card?.args).toEqual(['-m', 'tfod_runtime.card', '--json']);
    expect(card?.env?.['TFOD_MODEL']).toBe(join(workspace.root, 'apps/parking/models/demo'));
  });

  it('looks at another model of the service', async () => {
    workspace.write('apps/parking/models/ssd/model.json', '{ "name": "ssd" }');
    workspace.write('apps/parking/models/ssd/labels.pbtxt', "item { id: 1 name: 'car' }");
    workspace.write('apps/parking/models/ssd/saved_model/saved_model.pb', 'graph');
    await success({ model: 'ssd' });
    expect(ran.at(-1)?.env?.['TFOD_MODEL']).toBe(join(workspace.root, 'apps/parking/models/ssd'));
  });

  it('puts another model into the container of the service', async () => {
    workspace.write('apps/parking/models/ssd/model.json', '{ "name": "ssd" }');
    workspace.write('apps/parking/models/ssd/labels.pbtxt', "item { id: 1 name: 'car' }");
    workspace.write('apps/parking/models/ssd/saved_model/saved_model.pb', 'graph');
    workspace.write('apps/parking/docker/base.Dockerfile', 'FROM scratch\n');
    expect(await success({ model: 'ssd', using: 'container', dryRun: true })).toBe(true);
    // What the engine has may be looked at.
    expect(ran.filter(({ args }) => !['image', 'version'].includes(args[0] ?? ''))).toEqual([]);
    const command = printed.at(-1);
    expect(command).toContain('--env TFOD_MODEL=/tfod/model');
    expect(command).toMatch(/source=\S*apps\/parking\/models\/ssd,target=\/tfod\/model,readonly/);
    expect(command).toMatch(/--entrypoint python parking:\S+ -m tfod_runtime\.card$/);
  });

  it('prints the commands of a dry run and runs none', async () => {
    expect(await success({ dryRun: true })).toBe(true);
    expect(ran).toEqual([]);
    expect(printed.at(-1)).toContain('-m tfod_runtime.card');
  });

  it.each([
    [{ model: 'none' }, 'MODEL_MISSING'],
    [{ variant: 'gpu' as const }, 'VARIANT_NOT_THERE'],
  ])('refuses %j', async (options, code) => {
    expect(await success(options)).toBe(false);
    expect(reported.join('\n')).toContain(code);
    expect(ran).toEqual([]);
  });
});
