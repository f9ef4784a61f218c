import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatModelsLock } from '../models/models-lock';
import { readService } from '../service/read-service';
import { FakeEngine } from '../testing/fake-engine';
import { ModelServer } from '../testing/model-server';
import { digestOfFiles, modelArchive, savedModel } from '../testing/small-model';
import { TinyWorkspace } from '../testing/tiny-service';
import { digestOf } from '../values/digest';
import { ensureImages } from './ensure-images';
import { planService, type PlanOptions } from './plan-service';
import { plainRequest, type Machine } from './request';

const WEIGHTS = 'apps/parking/models/demo/saved_model';

describe('the images of a service whose weights are fetched', () => {
  const files = savedModel();
  let server: ModelServer;
  let workspace: TinyWorkspace;
  let machine: Machine;

  beforeEach(async () => {
    server = await new ModelServer(modelArchive(files)).start();
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking');
    const digest = digestOfFiles(files);
    workspace.write('apps/parking/models/demo/model.json', JSON.stringify({ name: 'demo', digest }));
    const url = server.url().href;
    const sha256 = digestOf(server.archive);
    const model = { source: url, url, sha256, bytes: 1_400_000, savedModel: digest, weights: 'fetched' };
    workspace.write(
      'apps/parking/models/models.lock.json',
      formatModelsLock(new Map([['demo', { ...model, weights: 'fetched' }]])),
    );
    workspace.remove(WEIGHTS);
    machine = {
      engine: new FakeEngine().engine,
      env: { TFOD_CACHE_DIR: workspace.cacheFolder },
      report: () => undefined,
      verbose: false,
      wheelFolder: workspace.wheelFolder,
    };
  });
  afterEach(async () => {
    await server.stop();
    workspace.dispose();
  });

  const areThere = () => existsSync(join(workspace.root, WEIGHTS, 'saved_model.pb'));

  async function requestOf(name = 'parking') {
    const service = await readService(workspace.root, { name, root: `apps/${name}` });
    const projects = new Map([
      ['parking', 'apps/parking'],
      ['plates', 'apps/plates'],
    ]);
    return plainRequest(workspace.root, service, {}, { projects });
  }
  const plan = async (options: PlanOptions) => planService(await requestOf(), machine, options);

  it('are built with what the lock says, fetched once', async () => {
    const first = await ensureImages(await requestOf(), machine);
    expect(areThere()).toBe(true);
    workspace.remove(WEIGHTS);
    const second = await ensureImages(await requestOf(), machine);
    expect(second.images.map(({ verdict }) => verdict)).toEqual(['present', 'present', 'present']);
    expect(second.images.map(({ key }) => key)).toEqual(first.images.map(({ key }) => key));
    expect(server.bodies).toBe(1);
  });

  it('are not fetched for a plan, which tells what would be', async () => {
    await expect(plan({ fetchesWeights: false })).rejects.toMatchObject({
      code: 'MODEL_NOT_FETCHED',
      message: expect.stringContaining(`${server.url().href}, 1.40 MB to fetch`),
    });
    expect(server.requests).toEqual([]);
    expect(areThere()).toBe(false);
  });

  it('are planned from the store', async () => {
    await ensureImages(await requestOf(), machine);
    await server.stop();
    workspace.remove(WEIGHTS);
    const { plan: planned } = await plan({ fetchesWeights: false });
    expect(planned.map(({ verdict }) => verdict)).toEqual(['present', 'present', 'present']);
    await server.start();
  });

  it('are fetched for a service that another one stands on', async () => {
    workspace.addService('plates');
    workspace.write(
      'apps/plates/Dockerfile',
      'FROM runtime\nCOPY --from=parking /models/ /models/\nCOPY models/demo/ /models/plates/\n',
    );
    await ensureImages(await requestOf('plates'), machine);
    expect(areThere()).toBe(true);
  });

  it('are not built with anything else, nor without', async () => {
    server.archive = modelArchive(savedModel('whole', 'other'));
    await expect(ensureImages(await requestOf(), machine)).rejects.toMatchObject({
      code: 'MODEL_SHA256_MISMATCH',
    });
    server.mischief = [{ status: 404 }];
    await expect(ensureImages(await requestOf(), machine)).rejects.toMatchObject({
      code: 'DOWNLOAD_REFUSED',
    });
    expect(areThere()).toBe(false);
  });
});
