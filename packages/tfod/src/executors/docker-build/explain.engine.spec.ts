import { rmSync } from 'node:fs';
import { builds, docker, dockerBuildBench, SPACE } from '../../testing/docker-build-bench';
import { describeWithEngine } from '../../testing/with-engine';

describeWithEngine('docker-build --explain', () => {
  const bench = dockerBuildBench();

  it('tells from the images of a real engine alone what changed, on a checkout that built nothing', async () => {
    await bench.must();
    const built = bench.receipt().images;
    bench.workspace.remove('dist');
    rmSync(bench.workspace.cacheFolder, { recursive: true });
    bench.workspace.write('apps/parking/docker/base.txt', 'other');
    bench.workspace.write('apps/parking/src/parking/detect.py', 'print("other")\n');
    const explained = await bench.must({ explain: true });
    expect(builds(explained)).toEqual([]);
    expect(explained.out).toContain('parking: src/parking/detect.py changed');
    expect(explained.out).toContain('parking ← tf ← base: docker/base.txt changed');
    expect(explained.out).toContain(`compared with ${built.at(-1)?.ref} (the engine)`);

    const label = docker(
      'image',
      'inspect',
      '--format',
      '{{index .Config.Labels "dev.tfod.record"}}',
      `${SPACE}/parking:cpu`,
    );
    expect(JSON.parse(label)).toMatchObject({
      record: { role: 'service', variant: 'cpu' },
      files: { 'src/parking/detect.py': expect.stringMatching(/^[0-9a-f]{12}$/) },
    });
  });
});
