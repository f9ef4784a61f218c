import { readTfodProject } from '../service/read-service';
import { FakeEngine } from '../testing/fake-engine';
import { EMPTY_REGISTRIES } from '../testing/empty-registries';
import { AMD64, ARM64 } from '../testing/image-facts';
import { TinyWorkspace } from '../testing/tiny-service';
import { ensureAll } from './ensure-images';
import { planServices } from './plan-service';
import { plainRequest, type ImagesRequest } from './request';
import { refuseTakenNames } from './taken-names';

describe('refuseTakenNames', () => {
  let workspace: TinyWorkspace;
  let fake: FakeEngine;
  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    fake = new FakeEngine();
    for (const name of ['parking', 'gate']) addService(name);
    addService('plates', 'plates');
  });
  afterEach(() => workspace.dispose());

  function addService(name: string, image = 'registry.example/pk', more: object = {}): void {
    workspace.addService(name, { image, ...more });
    workspace.write(`apps/${name}/src/parking/detect.py`, `print("${name}")\n`);
  }
  const machine = () => ({
    engine: fake.engine,
    registries: EMPTY_REGISTRIES,
    env: { TFOD_CACHE_DIR: workspace.cacheFolder },
    report: () => undefined,
    verbose: false,
    wheelFolder: workspace.wheelFolder,
  });

  async function requests(choices: Readonly<Record<string, Partial<ImagesRequest>>>) {
    const roots = Object.keys(choices).map(
      (name) => [name, name === 'ml' ? 'libs/ml' : `apps/${name}`] as const,
    );
    const projects = new Map(roots);
    return Promise.all(
      roots.map(async ([name, root]) => {
        const service = await readTfodProject(workspace.root, { name, root });
        return plainRequest(workspace.root, service, {}, { projects, variants: ['cpu'], ...choices[name] });
      }),
    );
  }

  /** By service. */
  async function refused(choices: Readonly<Record<string, Partial<ImagesRequest>>>) {
    const outcomes = refuseTakenNames(await planServices(await requests(choices), machine()));
    return Object.fromEntries(
      outcomes.map((each) => [
        each.request.service.name,
        'error' in each ? each.error.problems.map(({ code, what }) => `${code} ${what}`) : [],
      ]),
    );
  }

  it('refuses both, says where, and nobody else, before anything is built', async () => {
    const outcomes = new Map<string, unknown>();
    const asked = await requests({ parking: {}, plates: {}, gate: {} });
    for await (const each of ensureAll(asked, machine())) {
      outcomes.set(each.request.service.name, 'error' in each ? each.error.problems : []);
    }
    expect(outcomes.get('plates')).toEqual([]);
    expect(outcomes.get('parking')).toMatchObject([
      {
        code: 'IMAGE_NAME_TAKEN',
        what: 'parking and gate both want the name registry.example/pk:cpu',
        where: 'apps/parking/tfod.json "image"',
        found: 'another image of that name in apps/gate/tfod.json "image"',
      },
    ]);
    expect(outcomes.get('gate')).toMatchObject([{ where: 'apps/gate/tfod.json "image"' }]);
    expect(fake.refs().filter((ref) => ref.includes('pk'))).toEqual([]);
  });

  it('names each name that is taken', async () => {
    const { gate } = await refused({ parking: { tags: ['1', '2'] }, gate: { tags: ['2'] } });
    expect(gate).toEqual(
      ['cpu', '2-cpu'].map((tag) => expect.stringContaining(`registry.example/pk:${tag}`)),
    );
  });

  it('lets equal images share their names, and different ones a repository', async () => {
    workspace.write('apps/gate/src/parking/detect.py', 'print("parking")\n');
    expect(await refused({ parking: {}, gate: {} })).toEqual({ parking: [], gate: [] });
    addService('gate', 'registry.example/pk', { variants: ['gpu'] });
    expect(await refused({ parking: {}, gate: { variants: ['gpu'] } })).toEqual({ parking: [], gate: [] });
  });

  it('has nothing against a runtime that services stand on, for itself', async () => {
    workspace.addRuntime('ml', { image: 'registry.example/ml' });
    for (const name of ['north', 'south']) addService(name, name, { runtime: 'ml' });
    const none = { ml: [], north: [], south: [] };
    expect(await refused({ ml: {}, north: {}, south: {} })).toEqual(none);
  });

  it('minds what one name means for several platforms only in a registry', async () => {
    const several = { platforms: [AMD64, ARM64] };
    expect(await refused({ parking: several, gate: {} })).toEqual({ parking: [], gate: [] });
    const pushed = { ...several, push: true };
    const { parking, gate } = await refused({ parking: pushed, gate: { push: true } });
    expect([parking, gate]).toEqual([[expect.stringMatching(/pk:cpu$/)], [expect.stringMatching(/pk:cpu$/)]]);
  });
});
