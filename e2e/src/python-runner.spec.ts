import { execFileSync } from 'node:child_process';
import type { CocoResult, Summary } from './detections';
import { makeWorkspace, mustSucceed, type Workspace } from './workspace';

const RESULTS = 'dist/apps/parking/infer';

/** The Python that runs here, as `3.11`; the scenario uses what the machine has. */
function pythonVersion(): string {
  const print = 'import sys; print("%d.%d" % sys.version_info[:2])';
  return execFileSync('python3', ['-c', print], { encoding: 'utf8' }).trim();
}

describe('inference without an engine', () => {
  let workspace: Workspace;

  beforeAll(() => {
    workspace = makeWorkspace();
    const python = `--python=${pythonVersion()}`;
    mustSucceed(workspace.nx('g', 'tfod:service', 'parking', python, '--no-interactive'));
  });

  it('runs the same script from the same lock and wheel', () => {
    const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    mustSucceed(workspace.nxWith(noEngine, 'run', 'parking:infer', '--using=python'));
    const summary = workspace.json<Summary>(`${RESULTS}/summary.json`);
    expect(summary.image).toBeNull();
    expect(summary.failures).toEqual([]);
    expect(summary.detections).toBe(workspace.json<CocoResult[]>(`${RESULTS}/detections.json`).length);
    expect(summary.detections).toBeGreaterThan(0);
  });

  it('keeps the environment: a second run installs nothing', () => {
    const { output } = mustSucceed(workspace.nx('run', 'parking:infer', '--using=python', '--dryRun'));
    expect(output).not.toContain('pip install');
  });

  it('serves, and tasks that need the server start when it is ready', () => {
    const project = workspace.json<{ targets?: object }>('apps/parking/project.json');
    const address = `$(node -p "require('./dist/apps/parking/serve.json').url")`;
    const picture = 'apps/parking/models/demo/samples/deck.jpg';
    const smoke = {
      executor: 'nx:run-commands',
      dependsOn: ['serve', 'serve-ready'],
      options: { command: `curl -sS --fail --data-binary @${picture} ${address}/detect` },
    };
    workspace.write('apps/parking/project.json', JSON.stringify({ ...project, targets: { smoke } }));
    const port = 20_000 + (process.pid % 20_000);
    workspace.edit('apps/parking/tfod.json', '8080', String(port));
    workspace.edit(
      'nx.json',
      '"options": {}',
      '"options": { "serve": { "options": { "using": "python" } } }',
    );
    const { output } = mustSucceed(workspace.nx('run', 'parking:smoke'));
    expect(output).toContain('"detections":[{');
  });

  it.each([
    ['a model folder without saved_model.pb', 'MODEL_NO_SAVED_MODEL', undefined],
    [
      'a Git LFS pointer instead of weights',
      'MODEL_LFS_POINTER',
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n',
    ],
  ])('names %s', (_title, code, content) => {
    const model = 'apps/parking/models/demo/saved_model/saved_model.pb';
    execFileSync('cp', [workspace.path(model), workspace.path('kept.pb')]);
    execFileSync('rm', [workspace.path(model)]);
    if (content) workspace.write(model, content);
    const outcome = workspace.nx('run', 'parking:infer', '--using=python');
    execFileSync('cp', [workspace.path('kept.pb'), workspace.path(model)]);
    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain(code);
  });
});

describe('an engine that cannot be used', () => {
  it('is named, with the remedy, and leaves no receipt', () => {
    const workspace = makeWorkspace();
    mustSucceed(workspace.nx('g', 'tfod:service', 'parking', '--no-interactive'));
    const dead = workspace.nxWith(
      { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
      ...['run', 'parking:docker-build'],
    );
    expect(dead.code).toBe(1);
    expect(dead.output).toContain('ENGINE_NOT_RUNNING');
    const missing = workspace.nxWith(
      { PATH: `${process.execPath.replace(/\/node$/, '')}:/nowhere` },
      ...['run', 'parking:docker-build'],
    );
    expect(missing.code).toBe(1);
    expect(missing.output).toMatch(/ENGINE_NOT_(FOUND|RUNNING)/);
    expect(workspace.exists('dist/apps/parking/images.json')).toBe(false);
  });
});
