import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from '../../images/image';
import { tagOf } from '../../images/look-up/sight';
import { isAsked } from '../../images/plan';
import { planService } from '../../images/plan-service';
import type { Promotion } from '../../images/promotion/promotion';
import { plainRequest } from '../../images/request';
import { readTfodProject } from '../../service/read-service';
import { aFolder } from '../../testing/a-folder';
import { AMD64, ARM64 } from '../../testing/image-facts';
import { RegistryServer } from '../../testing/registry-server';
import { stubEngine } from '../../testing/stub-engine';
import { TinyWorkspace } from '../../testing/tiny-service';
import { digestOf } from '../../values/digest';
import promote from './executor';
import type { PromoteOptions } from './schema';

const PATH = 'vision/parking';
/** Of every image in the registry. */
const LAYER = digestOf('layer');

describe('promote', () => {
  let server: RegistryServer;
  let workspace: TinyWorkspace;
  let project: { name: string; root: string };
  const engine = stubEngine({
    open: async () => ({ version: '26.1.5', platform: AMD64 }),
    imagesWithLabel: async () => [],
  });

  beforeEach(async () => {
    server = await new RegistryServer().start();
    workspace = new TinyWorkspace('salt');
    project = { name: 'parking', root: 'apps/parking' };
    workspace.addService('parking', { image: `${server.host}/${PATH}`, variants: ['cpu', 'gpu'] });
    workspace.write('tfod.lock.json', JSON.stringify({ version: 1, images: {} }));
  });
  afterEach(async () => {
    workspace.dispose();
    await server.stop();
  });

  async function imagesOf(platforms = [AMD64]): Promise<readonly Image[]> {
    const service = await readTfodProject(workspace.root, project);
    const machine = {
      engine,
      env: { TFOD_CACHE_DIR: workspace.cacheFolder },
      report: () => undefined,
      verbose: false,
      wheelFolder: workspace.wheelFolder,
    };
    const request = plainRequest(workspace.root, service, {}, { platforms });
    const { images } = await planService(request, machine, { asksRegistry: false });
    return images.filter(isAsked);
  }

  const publish = ({ ref, labels, platform }: Image, path = PATH) =>
    server.addImage(path, tagOf(ref), { labels, platform });

  async function run(options: Partial<PromoteOptions> = {}) {
    const [out, err]: [string[], string[]] = [[], []];
    const { success } = await promote(
      { tag: '1.4.0', ...options },
      {
        root: workspace.root,
        projectName: project.name,
        projectsConfigurations: { version: 2, projects: { [project.name]: { root: project.root } } },
      },
      {
        engine,
        env: { HOME: aFolder(), TFOD_CACHE_DIR: workspace.cacheFolder },
        print: (text) => void out.push(text),
        report: (text) => void err.push(text),
        wheelFolder: workspace.wheelFolder,
      },
    );
    return { success, out: out.join('\n'), err: err.join('\n') };
  }

  const file = () => join(workspace.root, 'dist/apps/parking/promotion.json');
  const promotion = (): Promotion => JSON.parse(workspace.read('dist/apps/parking/promotion.json'));
  const writes = () => server.requests.filter((each) => each.startsWith('PUT'));

  it('gives both variants the names of the release without changing a byte, once', async () => {
    const digests = (await imagesOf()).map((each) => publish(each));
    expect(await run()).toMatchObject({ success: true, err: '' });
    for (const [at, variant] of ['cpu', 'gpu'].entries()) {
      const released = server.manifest(PATH, `1.4.0-${variant}`);
      expect(released).toEqual(server.manifest(PATH, digests[at] ?? ''));
    }
    expect(promotion()).toMatchObject({
      service: 'parking',
      tag: '1.4.0',
      names: [
        { variant: 'cpu', ref: `${server.host}/${PATH}:1.4.0-cpu`, digest: digests[0], verdict: 'put' },
        { variant: 'gpu', ref: `${server.host}/${PATH}:1.4.0-gpu`, digest: digests[1], verdict: 'put' },
      ],
    });
    expect(writes()).toHaveLength(2);
    const again = await run({ json: true });
    expect(JSON.parse(again.out)).toEqual(promotion());
    expect(promotion().names.map(({ verdict }) => verdict)).toEqual(['present', 'present']);
    expect(writes()).toHaveLength(2);
  });

  it('makes an index over several platforms', async () => {
    const platforms = [AMD64, ARM64];
    const images = await imagesOf(platforms);
    images.forEach((each) => publish(each));
    expect(await run({ platforms, variants: ['cpu'] })).toMatchObject({ success: true, err: '' });
    const index = JSON.parse(String(server.manifest(PATH, '1.4.0-cpu')?.bytes));
    const ofArchitecture = (architecture: string) => server.manifest(PATH, `1.4.0-cpu-${architecture}`);
    expect(index.manifests.map(({ platform }: { platform: object }) => platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ]);
    expect(index.manifests[1].size).toBe(ofArchitecture('arm64')?.bytes.length);
    expect(promotion().names.map(({ ref, platforms }) => [ref.split(':').at(-1), platforms.length])).toEqual([
      ['1.4.0-cpu-amd64', 1],
      ['1.4.0-cpu-arm64', 1],
      ['1.4.0-cpu', 2],
    ]);
    expect((await run({ platforms, variants: ['cpu'] })).out).toContain('already');
    expect(writes()).toHaveLength(3);
  });

  it('refuses what the registry does not have, all at once, and what a stranger put there', async () => {
    const [cpu] = await imagesOf();
    if (cpu) server.addImage(PATH, tagOf(cpu.ref), { labels: {} });
    const { success, err } = await run();
    expect(success).toBe(false);
    expect(err.match(/NOT_IN_REGISTRY/g)).toHaveLength(2);
    expect(err).toContain('nx run parking:docker-build --goal=registry');
    expect(writes()).toEqual([]);
    expect(existsSync(file())).toBe(false);
  });

  it('does not move a name of a release, unless told to', async () => {
    const digests = (await imagesOf()).map((each) => publish(each));
    const before = server.addImage(PATH, '1.4.0-gpu');
    const refused = await run();
    expect(refused.err).toMatch(new RegExp(`RELEASE_TAKEN[^]*expected +${digests[1]}[^]*found +${before}`));
    expect(writes()).toEqual([]);
    expect((await run({ overwrite: true })).out).toContain(`and no longer ${before}`);
    expect(server.manifest(PATH, '1.4.0-gpu')).toEqual(server.manifest(PATH, digests[1] ?? ''));
    expect(promotion().names[1]).toMatchObject({ before, verdict: 'put' });
  });

  it('checks all and writes nothing in a dry run', async () => {
    const [digest] = (await imagesOf()).map((each) => publish(each));
    expect((await run({ dryRun: true })).out).toContain(`:1.4.0-cpu would be ${digest}`);
    expect(writes()).toEqual([]);
    expect(existsSync(file())).toBe(false);
  });

  it.each([
    ['a tag that is a number', { tag: 1.1 }, 'TAG_IS_NUMBER'],
    ['a tag that is none', { tag: 'a/b' }, 'IMAGE_REF_MALFORMED'],
    ['a registry that is none', { registry: 'vision' }, 'REGISTRY_MALFORMED'],
    ['a platform that is none', { platforms: ['vax'] }, 'PLATFORM_MALFORMED'],
  ])('refuses %s', async (_, options, code) => {
    expect((await run(options)).err).toContain(code);
  });

  it('gives the image of a runtime its name where the names of the runtime are', async () => {
    workspace.addRuntime('ml', { image: `${server.host}/vision/ml` });
    project = { name: 'ml', root: 'libs/ml' };
    const [image] = await imagesOf();
    const digest = image && publish(image, 'vision/tfod-tf');
    expect(await run({ variants: ['cpu'] })).toMatchObject({ success: true, err: '' });
    expect(server.manifest('vision/ml', '1.4.0-cpu')).toEqual(
      server.manifest('vision/tfod-tf', digest ?? ''),
    );
    server.refusesMounts = true;
    server.remove(`vision/ml/blobs/${LAYER}`);
    expect((await run({ variants: ['cpu'], tag: '1.5.0' })).err).toMatch(
      /MOUNT_REFUSED[^]*vision\/ml:1.5.0-cpu/,
    );
  });

  it('refuses an image that no registry could have', async () => {
    workspace.addService('parking', { image: 'parking' });
    expect((await run()).err).toContain('PUSH_NOWHERE');
  });

  it('says so when this user may not write', async () => {
    (await imagesOf()).forEach((each) => publish(each));
    server.login = { scheme: 'basic', user: 'ann', password: 'open', anonymousPull: true };
    expect((await run()).err).toMatch(/REGISTRY_DENIED[^]*docker login/);
    expect(existsSync(file())).toBe(false);
  });
});
