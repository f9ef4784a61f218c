import { readTfodProject } from '../service/read-service';
import { EMPTY_REGISTRIES } from '../testing/empty-registries';
import { FakeEngine } from '../testing/fake-engine';
import { TinyWorkspace } from '../testing/tiny-service';
import { TfodError, type Problem } from '../values/tfod-error';
import { ensureImages } from './ensure-images';
import type { Receipt } from './receipt';
import { plainRequest, type ImagesRequest } from './request';

const PROJECTS = new Map([
  ['parking', 'apps/parking'],
  ['gate', 'apps/gate'],
  ['ml', 'libs/ml'],
  ['geometry', 'libs/geometry'],
]);

describe('services that stand on a runtime', () => {
  let workspace: TinyWorkspace;
  let fake: FakeEngine;

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    workspace.addRuntime('ml', { image: 'registry.example/team/ml' });
    workspace.addService('parking', { image: 'registry.example/apps/parking', runtime: 'ml' });
    fake = new FakeEngine();
  });
  afterEach(() => workspace.dispose());

  async function ensure(name: string, choices: Partial<ImagesRequest> = {}): Promise<Receipt> {
    const root = PROJECTS.get(name) ?? '';
    const project = await readTfodProject(workspace.root, { name, root });
    return ensureImages(plainRequest(workspace.root, project, {}, { projects: PROJECTS, ...choices }), {
      engine: fake.engine,
      registries: EMPTY_REGISTRIES,
      env: { TFOD_CACHE_DIR: workspace.cacheFolder },
      report: () => undefined,
      verbose: false,
      wheelFolder: workspace.wheelFolder,
    });
  }

  async function problems(
    name = 'parking',
    choices: Partial<ImagesRequest> = {},
  ): Promise<readonly Problem[]> {
    try {
      await ensure(name, choices);
    } catch (error) {
      if (error instanceof TfodError) return error.problems;
      throw error;
    }
    return [];
  }

  const told = ({ images }: Receipt) =>
    images.map(({ role, verdict, reasons }) => [role, verdict, ...reasons].join(' '));

  it('get the images of the runtime under its names and their own under theirs', async () => {
    const { images } = await ensure('parking');
    expect(images.map(({ role, tags }) => [role, ...tags])).toEqual([
      ['base', expect.stringMatching(/^registry.example\/team\/tfod-base:k-/)],
      ['tf', expect.stringMatching(/^registry.example\/team\/tfod-tf:k-/)],
      [
        'service',
        expect.stringMatching(/^registry.example\/apps\/parking:k-/),
        'registry.example/apps/parking:cpu',
      ],
    ]);
  });

  it('share its images, whoever was built first', async () => {
    const runtime = await ensure('ml');
    expect(runtime.images.map(({ role, tags }) => [role, tags.slice(1)])).toEqual([
      ['base', []],
      ['tf', ['registry.example/team/ml:cpu']],
      ['gpu', ['registry.example/team/ml:gpu']],
    ]);
    const service = await ensure('parking');
    expect(told(service).slice(0, 2)).toEqual(['base present', 'tf present']);
    workspace.addService('gate', { runtime: 'ml', variants: ['gpu'] });
    const gate = await ensure('gate');
    expect(told(gate).slice(0, 2)).toEqual(['base present', 'gpu present']);
    expect(gate.images[0]?.key).toBe(runtime.images[0]?.key);
  });

  it('have the keys that they would have with the same files of their own', async () => {
    const { images } = await ensure('parking');
    workspace.addService('parking', { image: 'registry.example/apps/parking' });
    const alone = await ensure('parking');
    expect(alone.images.map(({ key }) => key)).toEqual(images.map(({ key }) => key));
  });

  it('are built anew by one edit of the runtime, whose file is the reason', async () => {
    workspace.addService('gate', { runtime: 'ml' });
    workspace.write('apps/gate/src/gate.py', 'gate');
    await ensure('parking');
    await ensure('gate');
    workspace.write('libs/ml/docker/base.txt', 'other');
    expect(told(await ensure('parking'))[0]).toBe('base build docker/base.txt changed');
    expect(told(await ensure('gate'))).toEqual([
      'base present',
      'tf present',
      'service build tf ← base: docker/base.txt changed',
    ]);
  });

  it('keep their build arguments to themselves', async () => {
    workspace.write('libs/ml/docker/base.Dockerfile', 'FROM scratch\nARG MODEL\nCOPY docker/base.txt /\n');
    const before = await ensure('parking');
    const after = await ensure('parking', { buildArgs: { MODEL: 'demo' } });
    expect(after.images[0]?.key).toBe(before.images[0]?.key);
    expect(await problems('parking', { buildArgs: { OTHER: '1' } })).toEqual([
      expect.objectContaining({
        code: 'BUILD_ARG_UNKNOWN',
        expected: expect.not.stringContaining('libs/ml'),
      }),
    ]);
  });

  it('can be stood on like any other service', async () => {
    workspace.addService('gate');
    workspace.write('apps/gate/Dockerfile', 'FROM parking\nCOPY src/ /app/\n');
    const { standsOn = [] } = await ensure('gate');
    expect(standsOn.map(({ service, ref }) => `${service} ${ref.split(':')[0]}`)).toContain(
      'parking registry.example/apps/parking',
    );
  });

  it('are not pushed where the runtime says no registry', async () => {
    workspace.addRuntime('ml', { image: 'ml' });
    expect(await problems('parking', { push: true })).toEqual([
      expect.objectContaining({ code: 'PUSH_NOWHERE', where: 'libs/ml/tfod.json "image"', found: 'ml' }),
    ]);
  });

  it('build their own images and no other by force', async () => {
    await ensure('parking');
    expect(told(await ensure('parking', { force: true }))).toEqual([
      'base present',
      'tf present',
      'service build forced',
    ]);
    expect(told(await ensure('ml', { force: true, variants: ['cpu'] }))).toEqual([
      'base build forced',
      'tf build forced',
    ]);
  });

  const service = { variants: ['cpu'], model: 'demo', image: 'parking', port: 8080 };
  it.each([
    ['is not there', { runtime: 'tensors' }, 'RUNTIME_NOT_FOUND', /^if it was renamed/],
    ['is misspelled', { runtime: 'mll' }, 'RUNTIME_NOT_FOUND', 'did you mean "ml"?'],
    ['is a library', { runtime: 'geometry' }, 'RUNTIME_IS_NONE', /nx g tfod:runtime/],
    ['is a service', { runtime: 'parking' }, 'RUNTIME_IS_NONE', /nx g tfod:runtime/],
  ])('say what to do about a runtime that %s', async (_, edit, code, remedy) => {
    workspace.write('apps/parking/tfod.json', JSON.stringify({ ...service, ...edit }));
    expect(await problems()).toEqual([
      expect.objectContaining({
        code,
        where: 'apps/parking/tfod.json "runtime"',
        remedy: expect.stringMatching(remedy),
      }),
    ]);
  });

  it('say that the runtime lacks a variant', async () => {
    workspace.write('libs/ml/tfod.json', JSON.stringify({ kind: 'runtime', variants: ['cpu'], image: 'ml' }));
    workspace.addService('parking', { runtime: 'ml', variants: ['cpu', 'gpu'] });
    expect(await problems()).toEqual([
      expect.objectContaining({ code: 'RUNTIME_VARIANT', expected: 'cpu', found: 'gpu' }),
    ]);
    expect(await problems('parking', { variants: ['cpu'] })).toEqual([]);
  });

  it.each(['base', 'tf', 'gpu', 'lite'])(
    'do not say themselves what the runtime says of %s',
    async (role) => {
      workspace.write(`apps/parking/docker/${role}.Dockerfile`, 'FROM base\n');
      expect(await problems()).toEqual([
        expect.objectContaining({ code: 'RUNTIME_TWICE', where: `apps/parking/docker/${role}.Dockerfile` }),
      ]);
    },
  );

  it('name it in tfod.json and not in a Dockerfile', async () => {
    workspace.write('apps/parking/Dockerfile', 'FROM ml\n');
    expect(await problems()).toEqual([
      expect.objectContaining({ code: 'RUNTIME_IN_DOCKERFILE', where: 'apps/parking/Dockerfile' }),
    ]);
  });

  it('refuse a runtime that is made from the service itself', async () => {
    workspace.write('libs/ml/docker/tf.Dockerfile', 'FROM base\nCOPY --from=parking /app /app\n');
    expect(await problems()).toEqual([
      expect.objectContaining({ code: 'PROJECT_CIRCLE', found: 'parking → ml → parking' }),
    ]);
  });
});
