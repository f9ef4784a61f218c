import { readService } from '../service/read-service';
import { FakeEngine } from '../testing/fake-engine';
import { TinyWorkspace } from '../testing/tiny-service';
import { planService } from './plan-service';
import { plainRequest } from './request';

const HASH = `--hash=sha256:${'ab'.repeat(32)}`;

describe('a plan of parts that never met', () => {
  let workspace: TinyWorkspace;
  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking', { variants: ['cpu', 'gpu'] });
    workspace.write('apps/parking/docker/base.Dockerfile', 'FROM python:3.9-slim\n');
  });
  afterEach(() => workspace.dispose());

  async function plan(): Promise<unknown> {
    const service = await readService(workspace.root, { name: 'parking', root: 'apps/parking' });
    return planService(
      plainRequest(workspace.root, service, {}),
      {
        engine: new FakeEngine().engine,
        env: { TFOD_CACHE_DIR: workspace.cacheFolder },
        report: () => undefined,
        verbose: false,
        wheelFolder: workspace.wheelFolder,
      },
      { needsEngine: false, writesPins: false },
    );
  }

  it('is refused with everything that is wrong, and what comes nearest', async () => {
    workspace.write('apps/parking/requirements/tf.lock', `tensorflow-cpu==2.20.0 ${HASH}\n`);
    workspace.write('apps/parking/requirements/gpu.lock', `tensorflow-cpu==2.21.0 ${HASH}\n`);
    await expect(plan()).rejects.toMatchObject({
      problems: [
        {
          code: 'COMPAT_PYTHON',
          where: 'apps/parking/requirements/gpu.lock',
          expected: 'Python 3.10, 3.11, 3.12, 3.13',
          remedy: expect.stringMatching(
            /nx g tfod:service parking --directory=apps\/parking --tensorflow=2\.21 --python=3\.13$/,
          ),
        },
        { code: 'COMPAT_CPU_WHEEL', where: 'apps/parking/requirements/gpu.lock' },
      ],
    });
  });

  it('is none of a lock that no Dockerfile names', async () => {
    workspace.write('apps/parking/requirements/gpu.lock', `tensorflow-cpu==2.21.0 ${HASH}\n`);
    workspace.write('apps/parking/docker/base.Dockerfile', 'FROM scratch\n');
    workspace.write('apps/parking/docker/gpu.Dockerfile', 'FROM base\n');
    await expect(plan()).resolves.toBeDefined();
  });
});
