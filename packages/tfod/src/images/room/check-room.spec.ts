import { FakeEngine } from '../../testing/fake-engine';
import { TinyWorkspace } from '../../testing/tiny-service';
import { readService } from '../../service/read-service';
import { ensureImages } from '../ensure-images';
import type { Receipt } from '../receipt';
import { plainRequest, type ImagesRequest } from '../request';

/** More than any disk has. */
const HUGE = 1e18;

describe('room for a build', () => {
  let workspace: TinyWorkspace;
  let fake: FakeEngine;
  let asked: number;

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking');
    fake = new FakeEngine();
    fake.asBuilt = (image) => ({ ...image, bytes: image.labels['dev.tfod.role'] === 'tf' ? HUGE : 1000 });
    asked = 0;
  });
  afterEach(() => workspace.dispose());

  async function ensure(
    { elsewhere = false, cached = 0 }: { elsewhere?: boolean; cached?: number },
    choices: Partial<ImagesRequest> = {},
    env: NodeJS.ProcessEnv = {},
  ): Promise<Receipt> {
    const service = await readService(workspace.root, { name: 'parking', root: 'apps/parking' });
    return ensureImages(plainRequest(workspace.root, service, {}, choices), {
      engine: {
        ...fake.engine,
        storage: async () => (elsewhere ? undefined : workspace.root),
        cachedBytes: async () => {
          asked += 1;
          return cached;
        },
      },
      env: { TFOD_CACHE_DIR: workspace.cacheFolder, ...env },
      report: () => undefined,
      verbose: false,
      wheelFolder: workspace.wheelFolder,
    });
  }

  const changeLock = (): void =>
    workspace.write('apps/parking/requirements/tf.lock', `numpy==2.3.0 --hash=sha256:${'cd'.repeat(32)}\n`);

  it('is not missed where nothing is known of the size', async () => {
    await ensure({});
    expect(asked).toBe(0);
  });

  it('is refused with figures when an image is as large as the last one, before anything is built', async () => {
    await ensure({});
    changeLock();
    const failing = ensure({});
    await expect(failing).rejects.toMatchObject({
      problems: [
        {
          code: 'DISK_TOO_SMALL',
          where: workspace.root,
          expected: expect.stringMatching(/^about \d+ GB \(tf \d+ GB, service-cpu \d+ B\)$/),
          found: expect.stringMatching(/B free$/),
          remedy: expect.stringContaining('nx g tfod:prune'),
        },
      ],
    });
    expect(fake.builds).toHaveLength(1);
  });

  it('is there where the cache may hold all of it, unless the cache is left out', async () => {
    await ensure({});
    changeLock();
    await expect(ensure({ cached: HUGE }, { force: true })).rejects.toThrow('DISK_TOO_SMALL');
    await ensure({ cached: HUGE });
    expect(fake.builds).toHaveLength(2);
  });

  it('is not asked for by a change of code, by an engine elsewhere, or with the check off', async () => {
    await ensure({});
    workspace.write('apps/parking/src/parking/detect.py', 'print(2)\n');
    await ensure({});
    changeLock();
    await ensure({}, {}, { TFOD_DISK_CHECK: 'off' });
    workspace.write('apps/parking/requirements/tf.lock', `numpy==2.4.0 --hash=sha256:${'cd'.repeat(32)}\n`);
    await ensure({ elsewhere: true });
    expect(asked).toBe(0);
    expect(fake.builds).toHaveLength(4);
  });
});
