import { planService } from '../../images/plan-service';
import { isAsked } from '../../images/plan';
import { tagOf } from '../../images/look-up/sight';
import { plainRequest } from '../../images/request';
import { readTfodProject } from '../../service/read-service';
import { aFolder } from '../../testing/a-folder';
import { AMD64, ARM64 } from '../../testing/image-facts';
import { RegistryServer } from '../../testing/registry-server';
import { stubEngine } from '../../testing/stub-engine';
import { TinyWorkspace } from '../../testing/tiny-service';
import promote from './executor';

const AT = { name: 'parking', root: 'apps/parking' };

describe('promote of images that docker-build makes with options of its target', () => {
  let server: RegistryServer;
  let workspace: TinyWorkspace;
  beforeEach(async () => {
    server = await new RegistryServer().start();
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking', { image: `${server.host}/vision/parking` });
    workspace.write('tfod.lock.json', JSON.stringify({ version: 1, images: {} }));
  });
  afterEach(async () => {
    workspace.dispose();
    await server.stop();
  });

  it('looks for those images', async () => {
    const buildArgs = { MODEL: 'demo' };
    const platforms = [AMD64, ARM64];
    const engine = stubEngine({
      open: async () => ({ version: '26.1.5', platform: AMD64 }),
      imagesWithLabel: async () => [],
    });
    const env = { HOME: aFolder(), TFOD_CACHE_DIR: workspace.cacheFolder };
    const { wheelFolder } = workspace;
    const request = plainRequest(
      workspace.root,
      await readTfodProject(workspace.root, AT),
      {},
      { buildArgs, platforms },
    );
    const machine = { engine, env, report: () => undefined, verbose: false, wheelFolder };
    const { images } = await planService(request, machine, { asksRegistry: false });
    for (const { ref, labels, platform } of images.filter(isAsked)) {
      server.addImage('vision/parking', tagOf(ref), { labels, platform });
    }
    const target = { executor: 'tfod:docker-build', options: { buildArgs, platforms, push: true } };
    const projects = { parking: { root: AT.root, targets: { 'docker-build': target } } };
    const err: string[] = [];
    const { success } = await promote(
      { tag: '1.4.0' },
      {
        root: workspace.root,
        projectName: 'parking',
        projectsConfigurations: { version: 2, projects },
      },
      { engine, env, print: () => undefined, report: (line) => void err.push(line), wheelFolder },
    );
    expect(err).toEqual([]);
    expect(success).toBe(true);
    const names = JSON.parse(workspace.read('dist/apps/parking/promotion.json')).names;
    expect(names.map(({ ref }: { ref: string }) => ref.split(':').at(-1))).toContain('1.4.0-cpu-arm64');
  });
});
