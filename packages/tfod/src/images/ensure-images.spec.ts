import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readService } from '../service/read-service';
import { FakeEngine } from '../testing/fake-engine';
import { TinyWorkspace } from '../testing/tiny-service';
import { TfodError } from '../values/tfod-error';
import { ensureImages } from './ensure-images';
import type { Receipt } from './receipt';
import { plainRequest, type ImagesRequest } from './request';

describe('ensureImages', () => {
  let workspace: TinyWorkspace;
  let fake: FakeEngine;
  let said: string[];

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking', { variants: ['cpu', 'gpu'] });
    fake = new FakeEngine();
    said = [];
  });
  afterEach(() => workspace.dispose());

  const scratch = () => {
    const folder = join(workspace.cacheFolder, 'build');
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const hasReceipt = () => existsSync(join(workspace.root, 'dist/apps/parking/images.json'));
  const verdicts = ({ images }: Receipt) => images.map(({ verdict }) => verdict);

  async function ensure(choices: Partial<ImagesRequest> = {}, signal?: AbortSignal): Promise<Receipt> {
    const service = await readService(workspace.root, { name: 'parking', root: 'apps/parking' });
    return ensureImages(plainRequest(workspace.root, service, {}, choices), {
      engine: fake.engine,
      env: { TFOD_CACHE_DIR: workspace.cacheFolder },
      report: (line) => void said.push(line),
      verbose: false,
      wheelFolder: workspace.wheelFolder,
      ...(signal && { signal }),
    });
  }

  it('builds the chains of both variants at once, then nothing, in silence', async () => {
    expect(verdicts(await ensure())).toEqual(['build', 'build', 'build', 'build', 'build']);
    expect(fake.builds.map(({ wanted }) => wanted)).toEqual([
      ['base', 'tf', 'gpu', 'service-cpu', 'service-gpu'],
    ]);
    said = [];
    expect(verdicts(await ensure())).toEqual(['present', 'present', 'present', 'present', 'present']);
    expect(fake.builds).toHaveLength(1);
    expect(said).toEqual([]);
    expect(scratch()).toEqual([]);
  });

  describe('where nothing can be written to the cache folder', () => {
    const ensureIn = async (env: NodeJS.ProcessEnv) => {
      const service = await readService(workspace.root, { name: 'parking', root: 'apps/parking' });
      return ensureImages(plainRequest(workspace.root, service, {}), {
        engine: fake.engine,
        env,
        report: () => undefined,
        verbose: false,
        wheelFolder: workspace.wheelFolder,
      });
    };
    const readOnly = { TFOD_CACHE_DIR: join(__filename, 'cache') };

    it('has nothing against images that are there', async () => {
      await ensure();
      for (const env of [readOnly, {}])
        expect(new Set(verdicts(await ensureIn(env)))).toEqual(new Set(['present']));
    });

    it('says what to set when something must be built', async () => {
      await expect(ensureIn(readOnly)).rejects.toThrow(
        /CACHE_DIR_NOT_WRITABLE[^]*ENOTDIR[^]*set TFOD_CACHE_DIR/,
      );
      expect(fake.builds).toEqual([]);
    });
  });

  it('leaves no temporary name, whatever happens', async () => {
    await ensure();
    expect(fake.refs().filter((ref) => ref.includes('tmp'))).toEqual([]);
    workspace.write('apps/parking/src/parking/detect.py', 'print(2)\n');
    fake.broken.add('service-gpu');
    await expect(ensure()).rejects.toThrow('IMAGE_BUILD_FAILED');
    expect(fake.refs().filter((ref) => ref.includes('tmp'))).toEqual([]);
    expect(scratch()).toEqual([]);
  });

  it('builds the other variant when one fails, tells why, and writes no receipt', async () => {
    fake.broken.add('gpu');
    const failing = ensure();
    await expect(failing).rejects.toMatchObject({
      problems: [{ code: 'IMAGE_BUILD_FAILED' }, { code: 'IMAGE_SKIPPED' }],
    });
    expect(said).toContain('[gpu] | out of luck');
    expect(hasReceipt()).toBe(false);
    expect(fake.refs().filter((ref) => ref.startsWith('parking:'))).toContain('parking:cpu');
    expect(verdicts(await ensure({ variants: ['cpu'] }))).toEqual(['present', 'present', 'present']);
  });

  it('gives no name to an image whose label is not its key', async () => {
    fake.asBuilt = (image) => ({ ...image, labels: { ...image.labels, 'dev.tfod.key': 'other' } });
    await expect(ensure()).rejects.toThrow('IMAGE_NOT_VERIFIED');
    expect(fake.refs()).toEqual([]);
    expect(hasReceipt()).toBe(false);
  });

  it('stops when told to, and cleans up', async () => {
    const abort = new AbortController();
    fake.duringBuild = () => abort.abort(new TfodError({ code: 'BUILD_STOPPED', what: 'x', remedy: 'y' }));
    await expect(ensure({}, abort.signal)).rejects.toThrow('BUILD_STOPPED');
    expect(fake.refs()).toEqual([]);
    expect(scratch()).toEqual([]);
    expect(hasReceipt()).toBe(false);
  });

  it('has no receipt while it builds', async () => {
    await ensure();
    expect(hasReceipt()).toBe(true);
    workspace.write('apps/parking/src/parking/detect.py', 'print(2)\n');
    fake.duringBuild = () => expect(hasReceipt()).toBe(false);
    await ensure();
    expect(hasReceipt()).toBe(true);
  });

  it('tells in which ignore file a pattern is wrong', async () => {
    workspace.write('apps/parking/docker/tf.Dockerfile.dockerignore', 'ok\n[a\n');
    await expect(ensure()).rejects.toMatchObject({
      problems: [{ code: 'DOCKERIGNORE_SYNTAX', where: 'apps/parking/docker/tf.Dockerfile.dockerignore:2' }],
    });
  });

  it('says that the disk is full', async () => {
    fake.duringBuild = () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
        path: '/stage',
      });
    };
    await expect(ensure()).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(hasReceipt()).toBe(false);
  });

  it('hands a builder that does not see the images the whole chain, and wants only what is missing', async () => {
    await ensure({ variants: ['cpu'] });
    workspace.write('apps/parking/src/parking/detect.py', 'print(2)\n');
    fake.seesImages = false;
    await ensure({ variants: ['cpu'], builder: 'farm' });
    const [, request] = fake.builds;
    expect(request?.wanted).toEqual(['service-cpu']);
    expect(request?.targets.map(({ name, contexts }) => [name, contexts])).toEqual([
      ['base', {}],
      ['tf', { base: { from: 'target', name: 'base' } }],
      [
        'service-cpu',
        {
          runtime: { from: 'target', name: 'tf' },
          'tfod-runtime': { from: 'folder', path: expect.any(String) },
        },
      ],
    ]);
  });

  it('hands a builder that sees the images those that are there', async () => {
    const first = await ensure({ variants: ['cpu'] });
    workspace.write('apps/parking/src/parking/detect.py', 'print(2)\n');
    await ensure({ variants: ['cpu'] });
    const [service] = fake.builds[1]?.targets ?? [];
    expect(fake.builds[1]?.targets).toHaveLength(1);
    expect(service?.contexts['runtime']).toEqual({ from: 'image', ref: first.images[1]?.ref });
    expect(service?.args).toEqual({ MODEL: 'demo' });
  });

  it('keeps the reasons of variants that were not asked for', async () => {
    await ensure();
    await ensure({ variants: ['cpu'] });
    workspace.write(
      'apps/parking/requirements/gpu.lock',
      `${workspace.read('apps/parking/requirements/gpu.lock')}# x\n`,
    );
    const { images } = await ensure();
    expect(images.find(({ role }) => role === 'gpu')?.reasons).toEqual(['requirements/gpu.lock changed']);
  });

  it('notices files that change under its hands', async () => {
    fake.beforeBuild = () => workspace.write('apps/parking/src/parking/detect.py', 'print(3)\n');
    await expect(ensure()).rejects.toMatchObject({
      problems: [{ code: 'TREE_CHANGED' }],
    });
    expect(fake.builds.map(({ wanted }) => wanted)).toEqual([['base', 'tf', 'gpu']]);
    expect(hasReceipt()).toBe(false);
    expect(scratch()).toEqual([]);
  });
});
