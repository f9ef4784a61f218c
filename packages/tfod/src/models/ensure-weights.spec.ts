import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from '../testing/a-folder';
import { ModelServer } from '../testing/model-server';
import { digestOfFiles, modelArchive, savedModel } from '../testing/small-model';
import { digestOf } from '../values/digest';
import { ensureWeights } from './ensure-weights';
import { formatModelsLock, type LockedModel } from './models-lock';
import { checkModel } from './read-model';
import { thisMachine, type ModelMachine } from './source/stored-model';

const SERVICE = {
  name: 'parking',
  root: 'apps/parking',
  variants: ['cpu'] as const,
  model: 'ssd',
  image: 'parking',
  port: 8080,
};

describe('ensureWeights', () => {
  const files = savedModel();
  let server: ModelServer;
  let workspace: string;
  let machine: ModelMachine;
  beforeEach(async () => {
    server = await new ModelServer(modelArchive(files)).start();
    workspace = aFolder({
      'apps/parking/models/ssd/model.json': JSON.stringify({ name: 'ssd', digest: digestOfFiles(files) }),
      'apps/parking/models/ssd/labels.pbtxt': 'item { id: 1 name: "car" }',
    });
    machine = thisMachine({ TFOD_CACHE_DIR: join(workspace, 'cache') });
    lock();
  });
  afterEach(() => server.stop());

  const weightsFolder = () => join(workspace, 'apps/parking/models/ssd/saved_model');
  const ensure = () => ensureWeights(workspace, SERVICE, machine);

  function lock(overrides: Partial<LockedModel> = {}) {
    const model: LockedModel = {
      source: server.url().href,
      url: server.url().href,
      sha256: digestOf(server.archive),
      savedModel: digestOfFiles(files),
      weights: 'fetched',
      ...overrides,
    };
    writeFileSync(
      join(workspace, 'apps/parking/models/models.lock.json'),
      formatModelsLock(new Map([['ssd', model]])),
    );
  }

  async function isRight(): Promise<boolean> {
    const cache = { folder: join(workspace, 'check'), nowMs: Date.now() };
    return (await checkModel(workspace, SERVICE, cache)).length === 0;
  }

  it('fetches what is missing, and nothing when it is there', async () => {
    await ensure();
    expect(await isRight()).toBe(true);
    await server.stop();
    await ensure();
    rmSync(weightsFolder(), { recursive: true });
    await ensure();
    expect(await isRight()).toBe(true);
    await server.start();
    expect(server.bodies).toBe(1);
  });

  it('goes no further than the store when that is the reach', async () => {
    await ensureWeights(workspace, SERVICE, machine, 'store');
    expect([server.requests, existsSync(weightsFolder())]).toEqual([[], false]);
    await ensure();
    rmSync(weightsFolder(), { recursive: true });
    await ensureWeights(workspace, SERVICE, machine, 'store');
    expect([server.bodies, await isRight()]).toEqual([1, true]);
  });

  it('shares the weights with the store and lets nobody write to them by mistake', async () => {
    await ensure();
    const facts = statSync(join(weightsFolder(), 'variables/variables.index'));
    expect(facts.mode & 0o222).toBe(0);
    expect(readdirSync(join(workspace, 'apps/parking/models')).sort()).toEqual(['models.lock.json', 'ssd']);
  });

  it('places them once for many that want them', async () => {
    await Promise.all(Array.from({ length: 20 }, ensure));
    expect(server.bodies).toBe(1);
    expect(await isRight()).toBe(true);
  });

  it('fetches a model that was allowed to be larger than is usual, and none that the lock does not tell of', async () => {
    machine = { ...machine, limits: { ...machine.limits, bytes: 100 } };
    await expect(ensure()).rejects.toMatchObject({ code: 'DOWNLOAD_TOO_LARGE' });
    lock({ bytes: server.archive.length });
    await ensure();
    expect(await isRight()).toBe(true);
  });

  it('replaces those of another commit', async () => {
    await ensure();
    const other = savedModel('whole', 'other');
    server.archive = modelArchive(other);
    lock({ sha256: digestOf(server.archive), savedModel: digestOfFiles(other) });
    await ensure();
    expect(readFileSync(join(weightsFolder(), 'variables/variables.data-00000-of-00001'), 'utf8')).toBe(
      'other',
    );
  });

  it('does not throw away what is nowhere else', async () => {
    await ensure();
    rmSync(join(weightsFolder(), 'saved_model.pb'));
    writeFileSync(join(weightsFolder(), 'saved_model.pb'), 'trained for a week');
    await expect(ensure()).rejects.toMatchObject({ code: 'MODEL_WEIGHTS_FOREIGN' });
    expect(readFileSync(join(weightsFolder(), 'saved_model.pb'), 'utf8')).toBe('trained for a week');
  });

  it('leaves vendored weights and models without a lock alone', async () => {
    lock({ weights: 'vendored' });
    await ensure();
    expect(existsSync(weightsFolder())).toBe(false);
    rmSync(join(workspace, 'apps/parking/models/models.lock.json'));
    await ensure();
    expect(existsSync(weightsFolder())).toBe(false);
  });

  it.each<[string, Partial<LockedModel>, string]>([
    ['the archive is another one', { sha256: digestOf('other') }, 'MODEL_SHA256_MISMATCH'],
    ['the lock was edited', { savedModel: digestOf('other') }, 'MODELS_LOCK_MALFORMED'],
  ])('refuses when %s', async (_what, overrides, code) => {
    lock(overrides);
    await expect(ensure()).rejects.toMatchObject({ code });
    expect(existsSync(weightsFolder())).toBe(false);
  });
});
