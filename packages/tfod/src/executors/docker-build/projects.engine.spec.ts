import { execFileSync } from 'node:child_process';
import { builds, docker, dockerBuildBench, labelOf, SPACE } from '../../testing/docker-build-bench';
import { describeWithEngine } from '../../testing/with-engine';

describeWithEngine('docker-build with names of projects in Dockerfiles', () => {
  const bench = dockerBuildBench();
  const { must, run, receipt, verdicts, reasons } = bench;
  const DOCKERFILE = 'apps/parking/Dockerfile';

  beforeEach(() => {
    bench.addProject('geometry', 'libs/geometry');
    bench.workspace.write('libs/geometry/src/area.py', 'AREA = 1\n');
    bench.workspace.write('libs/geometry/src/notes.md', 'no code');
    bench.workspace.write('libs/geometry/data/big.csv', 'nobody copies this');
    bench.workspace.write('libs/geometry/.dockerignore', '**/*.md\n');
  });

  function replace(path: string, from: string, to: string): void {
    const text = bench.workspace.read(path);
    expect(text).toContain(from);
    bench.workspace.write(path, text.replace(from, to));
  }

  /** The content of each file in a folder of an image, by path. */
  function contents(ref: string, folder: string): Record<string, string> {
    const container = docker('create', ref);
    const tar = (...args: string[]): string =>
      execFileSync('sh', ['-c', `docker export ${container} | tar ${args.join(' ')}`], { encoding: 'utf8' });
    const files = tar('-t')
      .split('\n')
      .filter((path) => path.startsWith(`${folder}/`) && !path.endsWith('/'));
    const read = Object.fromEntries(files.map((path) => [path, tar('-xO', path)]));
    docker('rm', container);
    return read;
  }

  it('copies the files of a library, and builds again when one of them changed', async () => {
    replace(DOCKERFILE, 'ENTRYPOINT', 'COPY --from=geometry src/ /geometry/\nENTRYPOINT');
    await must();
    expect(contents(`${SPACE}/parking:cpu`, 'geometry')).toEqual({ 'geometry/area.py': 'AREA = 1\n' });
    bench.workspace.write('libs/geometry/data/big.csv', 'other');
    bench.workspace.write('libs/geometry/src/notes.md', 'other');
    expect(builds(await must())).toEqual([]);
    bench.workspace.write('libs/geometry/src/area.py', 'AREA = 2\n');
    await must();
    expect(verdicts()).toEqual(['base: present', 'tf: present', 'service-cpu: build']);
    expect(reasons()['service']).toEqual(['geometry: src/area.py changed']);
    expect(contents(`${SPACE}/parking:cpu`, 'geometry')).toEqual({ 'geometry/area.py': 'AREA = 2\n' });
  });

  it('starts from all files of a library', async () => {
    replace(DOCKERFILE, 'FROM runtime', 'FROM geometry AS all\nFROM runtime');
    replace(DOCKERFILE, 'ENTRYPOINT', 'COPY --from=all / /all/\nENTRYPOINT');
    await must();
    expect(contents(`${SPACE}/parking:cpu`, 'all')).toEqual({
      'all/.dockerignore': '**/*.md\n',
      'all/data/big.csv': 'nobody copies this',
      'all/src/area.py': 'AREA = 1\n',
    });
  });

  describe('where a service stands on the image of another', () => {
    beforeEach(() => {
      bench.workspace.addService('gate', { image: `${SPACE}/gate` });
      bench.addProject('parking', 'apps/parking');
      replace('apps/gate/Dockerfile', 'FROM runtime', 'FROM parking');
      replace('apps/gate/Dockerfile', '/app/', '/gate/');
      replace(DOCKERFILE, 'ENTRYPOINT', 'COPY --from=geometry src/ /geometry/\nENTRYPOINT');
    });

    it('builds both in one go and names the cause through all of them', async () => {
      expect(builds(await must({}, 'gate'))).toHaveLength(1);
      const { images, standsOn = [] } = receipt('gate');
      expect(images.map(({ role }) => role)).toEqual(['base', 'tf', 'service']);
      expect(standsOn.map(({ service, role }) => `${service} ${role}`)).toEqual(['parking service']);
      expect(labelOf(`${SPACE}/gate:cpu`)).toBe(images.at(-1)?.key);
      const parking = standsOn[0];
      expect(labelOf(parking?.ref ?? '')).toBe(parking?.key);
      expect(Object.keys(contents(`${SPACE}/gate:cpu`, 'app'))).toEqual(['app/parking/detect.py']);

      expect(builds(await must())).toEqual([]);
      expect(receipt().images.at(-1)).toMatchObject({ key: parking?.key, id: parking?.id });

      bench.workspace.write('libs/geometry/src/area.py', 'AREA = 2\n');
      const plan = await must({ plan: true }, 'gate');
      expect(plan.out).toContain('parking-service-cpu  build    geometry: src/area.py changed');
      expect(plan.out).toContain('service-cpu          build    parking: geometry: src/area.py changed');
      await must();
      await must({}, 'gate');
      expect(receipt('gate').standsOn?.[0]).toMatchObject({ verdict: 'present' });
      expect(receipt('gate').images.at(-1)?.verdict).toBe('build');
      expect(contents(`${SPACE}/gate:cpu`, 'geometry')).toEqual({ 'geometry/area.py': 'AREA = 2\n' });
    });

    it('tells which of them failed', async () => {
      replace(DOCKERFILE, 'ENTRYPOINT', 'COPY --from=runtime /not/there /x\nENTRYPOINT');
      const { success, err } = await run({}, 'gate');
      expect(success).toBe(false);
      expect(err).toContain('parking-service-cpu could not be built');
      expect(err).toContain('service-cpu was not built, because parking-service-cpu could not be');
    });
  });
});
