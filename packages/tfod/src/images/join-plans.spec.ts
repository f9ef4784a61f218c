import { readService } from '../service/read-service';
import { FakeEngine } from '../testing/fake-engine';
import { TinyWorkspace } from '../testing/tiny-service';
import { joinPlans, type JointPlan } from './join-plans';
import { planServices, type PlannedService } from './plan-service';
import { plainRequest, type ImagesRequest } from './request';

describe('joinPlans', () => {
  let workspace: TinyWorkspace;
  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    for (const name of ['parking', 'gate']) {
      workspace.addService(name);
      workspace.write(`apps/${name}/src/parking/detect.py`, `print("${name}")\n`);
    }
  });
  afterEach(() => workspace.dispose());

  async function join(choices: Readonly<Record<string, Partial<ImagesRequest>>>): Promise<JointPlan> {
    const projects = new Map(Object.keys(choices).map((name) => [name, `apps/${name}`]));
    const requests = Object.entries(choices).map(async ([name, more]) => {
      const service = await readService(workspace.root, { name, root: `apps/${name}` });
      return plainRequest(workspace.root, service, {}, { projects, ...more });
    });
    const planned = await planServices(await Promise.all(requests), {
      engine: new FakeEngine().engine,
      env: { TFOD_CACHE_DIR: workspace.cacheFolder },
      report: () => undefined,
      verbose: false,
      wheelFolder: workspace.wheelFolder,
    });
    return joinPlans(planned as readonly PlannedService[]);
  }

  const parents = ({ images }: JointPlan): object =>
    Object.fromEntries(images.map((image) => [image.name, Object.values(image.parents)]));

  it('leaves the names of a single service as they are', async () => {
    expect(parents(await join({ parking: {} }))).toEqual({ base: [], tf: ['base'], 'service-cpu': ['tf'] });
  });

  it('names what all share by its role, and the rest by the service', async () => {
    const joint = await join({ parking: {}, gate: {} });
    expect(parents(joint)).toEqual({
      base: [],
      tf: ['base'],
      'parking-service-cpu': ['tf'],
      'gate-service-cpu': ['tf'],
    });
    expect(joint.plan.map(({ image }) => image.name)).toEqual(joint.images.map(({ name }) => name));
    expect(joint.wantedBy.get('base')).toEqual(['parking', 'gate']);
    expect(joint.wantedBy.get('gate-service-cpu')).toEqual(['gate']);
  });

  it('does for all what one asks of the build of an image that they share', async () => {
    const caches = (name: string) => ({ from: [`type=local,src=${name}`], to: [`type=local,dest=${name}`] });
    const { plan } = await join({
      parking: { caches: caches('a') },
      gate: { force: true, caches: caches('b') },
    });
    const asked = plan.map(({ image, isForced, caches }) => [image.name, isForced, caches?.from, caches?.to]);
    const [a, b] = ['type=local,src=a', 'type=local,src=b'];
    const [toA, toB] = ['type=local,dest=a', 'type=local,dest=b'];
    expect(asked).toEqual([
      ['base', true, [a, b], [toA, toB]],
      ['tf', true, [a, b], [toA, toB]],
      ['parking-service-cpu', false, [a], [toA]],
      ['gate-service-cpu', true, [b], [toB]],
    ]);
  });

  it('tells two runtimes on one base apart', async () => {
    workspace.write(
      'apps/gate/requirements/tf.lock',
      `${workspace.read('apps/gate/requirements/tf.lock')}# x\n`,
    );
    expect(parents(await join({ parking: {}, gate: {} }))).toEqual({
      base: [],
      'parking-tf': ['base'],
      'parking-service-cpu': ['parking-tf'],
      'gate-tf': ['base'],
      'gate-service-cpu': ['gate-tf'],
    });
  });

  it('takes the image of a service for the same as the one that another stands on', async () => {
    const dockerfile = workspace.read('apps/gate/Dockerfile');
    workspace.write('apps/gate/Dockerfile', `${dockerfile}COPY --from=parking /app/ /parking/\n`);
    const joint = await join({ gate: {}, parking: {} });
    expect(parents(joint)).toEqual({
      base: [],
      tf: ['base'],
      'parking-service-cpu': ['tf'],
      'gate-service-cpu': ['tf', 'parking-service-cpu'],
    });
    const parking = joint.images.find(({ name }) => name === 'parking-service-cpu');
    // Its own service has names for it; to the other one it is an image of others.
    expect(parking?.refs).toContain('parking:cpu');
  });

  it('keeps apart what other build arguments make different', async () => {
    const dockerfile = workspace.read('apps/gate/Dockerfile');
    workspace.write('apps/gate/Dockerfile', `${dockerfile}COPY --from=parking /app/ /parking/\n`);
    workspace.write('apps/parking/Dockerfile', `${workspace.read('apps/parking/Dockerfile')}ARG LEVEL=1\n`);
    const joint = await join({ gate: {}, parking: { buildArgs: { LEVEL: '2' } } });
    const names = joint.images.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(5);
  });
});
