import { builds, dockerBuildBench, labelOf, SPACE } from '../../testing/docker-build-bench';
import { describeWithEngine } from '../../testing/with-engine';

describeWithEngine('docker-build of services that stand on a runtime', () => {
  const bench = dockerBuildBench();
  const { must, run, receipt } = bench;
  const told = (name: string) => receipt(name).images.map(({ role, verdict }) => `${role}: ${verdict}`);

  beforeEach(() => {
    bench.addProject('ml', 'libs/ml');
    bench.workspace.addRuntime('ml', { image: `${SPACE}/shared/ml` });
    for (const name of ['gate', 'plates']) {
      bench.workspace.addService(name, { image: `${SPACE}/${name}`, runtime: 'ml' });
      bench.workspace.write(`apps/${name}/src/parking/detect.py`, `print("${name}")\n`);
    }
  });

  it('builds its images once, under its names, whoever comes first', async () => {
    await must({}, 'gate');
    expect(told('gate')).toEqual(['base: build', 'tf: build', 'service: build']);
    await must({}, 'plates');
    expect(told('plates')).toEqual(['base: present', 'tf: present', 'service: build']);
    await must({ variants: ['cpu'] }, 'ml');
    const { images } = JSON.parse(bench.workspace.read('dist/libs/ml/images.json'));
    expect(images.map(({ role, verdict }: { role: string; verdict: string }) => [role, verdict])).toEqual([
      ['base', 'present'],
      ['tf', 'present'],
    ]);
    expect(images[1].tags).toEqual([
      expect.stringMatching(new RegExp(`^${SPACE}/shared/tfod-tf:k-`)),
      `${SPACE}/shared/ml:cpu`,
    ]);
    expect(labelOf(`${SPACE}/shared/ml:cpu`)).toBe(receipt('gate').images[1]?.key);
  });

  it('builds all of them again after one edit of the runtime', async () => {
    await must({}, 'gate');
    await must({}, 'plates');
    bench.workspace.write('libs/ml/docker/base.txt', `${SPACE} other`);
    await must({ variants: ['cpu'] }, 'ml');
    for (const name of ['gate', 'plates']) {
      expect(builds(await must({}, name))).toHaveLength(1);
      expect(told(name)).toEqual(['base: present', 'tf: present', 'service: build']);
      expect(receipt(name).images.at(-1)?.reasons).toEqual(['tf ← base: docker/base.txt changed']);
    }
  });

  it('takes the images of a service with the same files of its own for the same', async () => {
    await must({}, 'gate');
    bench.workspace.addService('parking', { image: `${SPACE}/parking` });
    await must({}, 'parking');
    expect(told('parking')).toEqual(['base: present', 'tf: present', 'service: build']);
  });

  it('says in one line what to do when the runtime went', async () => {
    bench.workspace.remove('libs/ml');
    const { success, err } = await run({}, 'gate');
    expect(success).toBe(false);
    expect(err).toContain('ml is no runtime, so no service can stand on it');
    expect(err).toContain('name a project that nx g tfod:runtime made');
  });
});
