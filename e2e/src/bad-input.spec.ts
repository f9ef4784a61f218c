import { makeWorkspace, mustSucceed, type Workspace } from './workspace';

describe('bad input to the service generator', () => {
  let workspace: Workspace;
  beforeAll(() => {
    workspace = makeWorkspace();
    mustSucceed(workspace.nx('g', 'tfod:service', 'parking', '--no-interactive'));
  });

  it.each([
    ['a slash', ['shop/plates'], 'shop-plates'],
    ['capital letters', ['PlateReader'], 'plate-reader'],
    ['a Python keyword', ['class'], 'class-service'],
    ['an existing project', ['parking', '--directory=apps/second'], 'parking'],
    ['a TensorFlow that is not offered', ['plates', '--tensorflow=2.3'], '2.19'],
    ['a Python that TensorFlow does not support', ['plates', '--tensorflow=2.21', '--python=3.9'], '3.10'],
    ['an unknown variant', ['plates', '--variants=tpu'], 'gpu'],
  ])('refuses %s, says what works and writes nothing', (_title, args, remedy) => {
    const outcome = workspace.nx('g', 'tfod:service', ...args, '--no-interactive');
    expect(outcome.code).not.toBe(0);
    expect(outcome.output).toContain(remedy);
    expect(outcome.output).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
    expect(workspace.exists('apps/plates')).toBe(false);
    expect(workspace.exists('apps/second')).toBe(false);
  });

  it('tells of all that is wrong at once', () => {
    const { output } = workspace.nx(
      ...['g', 'tfod:service', 'Plate Reader', '--tensorflow=2.3', '--variants=tpu', '--no-interactive'],
    );
    expect(output).toContain('plate-reader');
    expect(output).toContain('2.3');
    expect(output).toContain('tpu');
  });

  it('leaves what a user edited when a service is generated again', () => {
    const script = 'apps/parking/src/parking/detect.py';
    workspace.write(script, '"""Mine."""\n');
    const before = workspace.read('apps/parking/tfod.json');
    workspace.nx('g', 'tfod:service', 'parking', '--no-interactive');
    expect(workspace.read(script)).toBe('"""Mine."""\n');
    expect(workspace.read('apps/parking/tfod.json')).toBe(before);
  });

  it('keeps the workspace usable when a tfod.json is broken, and says what is wrong with it', () => {
    workspace.write('apps/broken/project.json', '{ "name": "broken" }');
    workspace.write('apps/broken/tfod.json', '{ "variants": ["cpu"');
    expect(mustSucceed(workspace.nx('show', 'projects')).stdout).toContain('parking');
    const build = workspace.nx('run', 'broken:docker-build', '--plan');
    expect(build.code).not.toBe(0);
    expect(build.output).toContain('apps/broken/tfod.json');
  });
});
