import { dockerBuildBench, builds } from '../../testing/docker-build-bench';
import { describeWithEngine } from '../../testing/with-engine';

describeWithEngine('docker-build and bad input', () => {
  const bench = dockerBuildBench();
  const { run } = bench;

  it('tells of everything that is wrong at once, and builds nothing', async () => {
    bench.workspace.remove('apps/parking/requirements/tf.lock');
    bench.workspace.write('apps/parking/docker/base.Dockerfile', 'FROM scratch\nCOPY docker/nothing.txt /\n');
    bench.workspace.write(
      'apps/parking/models/demo/saved_model/saved_model.pb',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
    );
    const outcome = await run({ buildArgs: ['NOWHERE=1'], secrets: ['id=s,src=secret.txt'] });
    expect(outcome.success).toBe(false);
    for (const code of [
      'LOCK_MISSING',
      'SOURCE_NOT_FOUND',
      'MODEL_LFS_POINTER',
      'BUILD_ARG_UNKNOWN',
      'SECRET_UNKNOWN',
    ]) {
      expect(outcome.err).toContain(code);
    }
    expect(builds(outcome)).toEqual([]);
  });

  it.each([
    ['LOCK_MALFORMED', 'requirements/tf.lock', 'numpy==2.2.0\n'],
    ['LOCK_MALFORMED', 'requirements/tf.lock', ''],
    ['DOCKERFILE_SYNTAX', 'Dockerfile', 'FRM runtime\n'],
    ['IMAGE_REF_MALFORMED', 'docker/base.Dockerfile', 'FROM Not:An:Image\n'],
  ])('refuses with %s a %s of %j', async (code, file, text) => {
    bench.workspace.write(`apps/parking/${file}`, text);
    const outcome = await run();
    expect(outcome.err).toContain(code);
    expect(outcome.success).toBe(false);
  });

  it('says that a Dockerfile or the runtime wheel is not there', async () => {
    bench.workspace.remove('apps/parking/docker/tf.Dockerfile');
    bench.workspace.remove('wheel');
    const { err } = await run();
    expect(err).toContain('DOCKERFILE_MISSING');
    expect(err).toContain('RUNTIME_WHEEL_MISSING');
  });
});
