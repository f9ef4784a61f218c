import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildTarget } from '../engine/engine';
import { readService } from '../service/read-service';
import { FakeEngine } from '../testing/fake-engine';
import { TinyWorkspace } from '../testing/tiny-service';
import { ensureImages } from './ensure-images';
import type { Receipt } from './receipt';
import { plainRequest, type ImagesRequest } from './request';

const PROJECTS = new Map([
  ['parking', 'apps/parking'],
  ['detector', 'apps/detector'],
  ['geometry', 'libs/geometry'],
]);

describe('names of projects in Dockerfiles', () => {
  let workspace: TinyWorkspace;
  let fake: FakeEngine;

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking');
    workspace.write('libs/geometry/src/geometry/area.py', 'AREA = 1\n');
    workspace.write('libs/geometry/tests/test_area.py', 'assert True\n');
    workspace.write('libs/geometry/.dockerignore', '**/__pycache__\n');
    fake = new FakeEngine();
  });
  afterEach(() => workspace.dispose());

  async function ensure(name = 'parking', choices: Partial<ImagesRequest> = {}): Promise<Receipt> {
    const service = await readService(workspace.root, { name, root: `apps/${name}` });
    return ensureImages(plainRequest(workspace.root, service, {}, { projects: PROJECTS, ...choices }), {
      engine: fake.engine,
      env: { TFOD_CACHE_DIR: workspace.cacheFolder },
      report: () => undefined,
      verbose: false,
      wheelFolder: workspace.wheelFolder,
    });
  }

  function instead(name: string, file: string, from: string, to: string): void {
    const path = `apps/${name}/${file}`;
    const text = workspace.read(path);
    expect(text).toContain(from);
    workspace.write(path, text.replace(from, to));
  }

  const told = ({ images, standsOn = [] }: Receipt) => [
    ...standsOn.map(({ service, role, verdict, reasons }) => [`${service} ${role}`, verdict, ...reasons]),
    ...images.map(({ role, verdict, reasons }) => [role, verdict, ...reasons]),
  ];
  const target = (name: string): BuildTarget | undefined =>
    fake.builds.at(-1)?.targets.find((each) => each.name === name);
  /** What is in a folder that a build was given, while it runs. */
  function listDuringBuild(alias: string): () => readonly string[] {
    let listed: readonly string[] = [];
    fake.duringBuild = ({ targets }) => {
      const source = targets.find(({ name }) => name === 'service-cpu')?.contexts[alias];
      if (source?.from !== 'folder' || !existsSync(source.path)) throw new Error(`no folder ${alias}`);
      listed = readdirSync(source.path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(source.path.length + 1))
        .sort();
    };
    return () => listed;
  }

  describe('of a project without a tfod.json', () => {
    beforeEach(() =>
      instead(
        'parking',
        'Dockerfile',
        'COPY --link src/',
        'COPY --from=geometry src/ /app/\nCOPY --link src/',
      ),
    );

    it('mean the files that the instructions name, less what the project ignores', async () => {
      workspace.write('libs/geometry/src/geometry/__pycache__/area.pyc', 'compiled');
      const listed = listDuringBuild('geometry');
      await ensure();
      expect(listed()).toEqual(['src/geometry/area.py']);
    });

    it('build the image again when one of these files changed, and tell which', async () => {
      await ensure();
      workspace.write('libs/geometry/src/geometry/area.py', 'AREA = 2\n');
      workspace.write('libs/geometry/src/geometry/__pycache__/area.pyc', 'compiled');
      workspace.write('libs/geometry/tests/test_area.py', 'assert 1\n');
      expect(told(await ensure())).toEqual([
        ['base', 'present'],
        ['tf', 'present'],
        ['service', 'build', 'geometry: src/geometry/area.py changed'],
      ]);
      workspace.write('libs/geometry/src/geometry/area.py', 'AREA = 1\n');
      expect(told(await ensure()).map(([, verdict]) => verdict)).toEqual(['present', 'present', 'present']);
    });

    it('mean all its files in a FROM, also where a COPY names some', async () => {
      instead(
        'parking',
        'Dockerfile',
        'FROM runtime',
        'ARG LIB=geometry\nFROM ${LIB} AS files\nFROM runtime',
      );
      instead('parking', 'Dockerfile', 'COPY --link src/', 'COPY --from=files / /\nCOPY --link src/');
      const listed = listDuringBuild('geometry');
      await ensure();
      expect(listed()).toEqual(['.dockerignore', 'src/geometry/area.py', 'tests/test_area.py']);
    });

    it('are missed where they are not', async () => {
      workspace.remove('libs/geometry/src');
      await expect(ensure()).rejects.toMatchObject({
        problems: [{ code: 'SOURCE_NOT_FOUND', where: 'apps/parking/Dockerfile:5' }],
      });
    });
  });

  describe('of a service', () => {
    beforeEach(() => {
      workspace.addService('detector', { image: 'team/detector', variants: ['cpu', 'gpu'] });
      workspace.write('apps/detector/src/detector.py', 'print("detector")\n');
      instead('parking', 'Dockerfile', 'FROM runtime', 'FROM detector');
    });

    it('mean its image of the same variant, built with what it needs, what is equal once', async () => {
      const { images, standsOn = [] } = await ensure();
      expect(fake.builds.map(({ wanted }) => wanted)).toEqual([
        ['base', 'tf', 'detector-service-cpu', 'service-cpu'],
      ]);
      expect(target('service-cpu')?.contexts).toMatchObject({
        detector: { from: 'target', name: 'detector-service-cpu' },
      });
      expect(images.map(({ role }) => role)).toEqual(['base', 'tf', 'service']);
      expect(standsOn).toMatchObject([{ service: 'detector', role: 'service', variant: 'cpu' }]);
      expect(standsOn[0]?.tags).toEqual([standsOn[0]?.ref]);
      expect(standsOn[0]?.ref).toMatch(/^team\/detector:k-/);
      const own = await ensure('detector', { variants: ['cpu'] });
      expect(own.images.at(-1)).toMatchObject({ key: standsOn[0]?.key, verdict: 'present' });
      expect(fake.builds).toHaveLength(1);
    });

    it('mean one that is there already, by its key', async () => {
      const { images } = await ensure('detector');
      const ref = images.find(({ role, variant }) => role === 'service' && variant === 'cpu')?.ref;
      await ensure();
      expect(fake.builds.at(-1)?.wanted).toEqual(['service-cpu']);
      expect(target('service-cpu')?.contexts['detector']).toEqual({ from: 'image', ref });
    });

    it('let a change come through, and tell what it was', async () => {
      await ensure();
      workspace.write('apps/detector/src/detector.py', 'print("other")\n');
      expect(told(await ensure())).toEqual([
        ['detector service', 'build', 'src/detector.py changed'],
        ['base', 'present'],
        ['tf', 'present'],
        ['service', 'build', 'detector: src/detector.py changed'],
      ]);
    });

    it('are left alone when the service that was asked for is forced', async () => {
      await ensure();
      expect(told(await ensure('parking', { force: true }))).toEqual([
        ['detector service', 'present'],
        ['service', 'build', 'forced'],
      ]);
    });

    it.each([
      ['one too many', 'VARIANT_NOT_THERE', ['cpu', 'gpu']],
      ['no more than it has', undefined, ['cpu']],
    ])('need it to have the variant: %s', async (_what, code, variants) => {
      workspace.addService('detector', { variants: ['cpu'] });
      workspace.addService('parking', { variants });
      instead('parking', 'Dockerfile', 'FROM runtime', 'FROM detector');
      const done = ensure();
      if (code === undefined) await done;
      else await expect(done).rejects.toMatchObject({ problems: [{ code, found: 'cpu' }] });
    });

    it('cannot go round in a circle, nor stand below both variants', async () => {
      instead(
        'detector',
        'Dockerfile',
        'COPY --link src/',
        'COPY --from=parking /app /old\nCOPY --link src/',
      );
      instead('parking', 'docker/base.Dockerfile', 'COPY', 'COPY --from=detector /app /old\nCOPY');
      await expect(ensure()).rejects.toMatchObject({
        problems: [
          { code: 'PROJECT_VARIANT', where: 'apps/parking/docker/base.Dockerfile', found: 'detector' },
          {
            code: 'PROJECT_CIRCLE',
            where: 'apps/detector/Dockerfile',
            found: 'parking → detector → parking',
          },
        ],
      });
      expect(fake.builds).toEqual([]);
    });
  });
});
