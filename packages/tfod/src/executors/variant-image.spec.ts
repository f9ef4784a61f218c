import type { TargetConfiguration } from '@nx/devkit';
import type { PlanDocument } from '../images/receipt';
import type { Machine } from '../images/request';
import { readService } from '../service/read-service';
import { EMPTY_REGISTRIES } from '../testing/empty-registries';
import { FakeEngine } from '../testing/fake-engine';
import { TinyWorkspace } from '../testing/tiny-service';
import dockerBuild from './docker-build/executor';
import type { DockerBuildOptions } from './docker-build/schema';
import { imageOptions } from './image-options';
import { ensureVariantImage, planVariantImage } from './variant-image';

const RECEIPT = 'dist/apps/parking/images.json';

describe('the image of a variant', () => {
  let workspace: TinyWorkspace;
  let fake: FakeEngine;

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking', { variants: ['cpu', 'gpu'] });
    workspace.write(
      'apps/parking/docker/base.Dockerfile',
      'FROM scratch\nARG LEVEL=1\nCOPY docker/base.txt /base.txt\n',
    );
    fake = new FakeEngine();
  });
  afterEach(() => workspace.dispose());

  /** The project as Nx describes it when its target has these options. */
  const contextWith = (options: DockerBuildOptions) => ({
    root: workspace.root,
    projectName: 'parking',
    projectsConfigurations: {
      version: 2 as const,
      projects: {
        parking: {
          root: 'apps/parking',
          targets: { 'docker-build': { executor: 'tfod:docker-build', options } as TargetConfiguration },
        },
      },
    },
    isVerbose: false,
  });

  async function build(options: DockerBuildOptions): Promise<string> {
    const told: string[] = [];
    const surroundings = {
      ...machine(),
      print: (text: string) => void told.push(text),
    };
    expect(await dockerBuild(options, contextWith(options), surroundings)).toEqual({ success: true });
    return told.join('\n');
  }

  const machine = (): Machine & { readonly wheelFolder: string } => ({
    engine: fake.engine,
    registries: EMPTY_REGISTRIES,
    env: { TFOD_CACHE_DIR: workspace.cacheFolder },
    report: () => undefined,
    verbose: false,
    wheelFolder: workspace.wheelFolder,
  });

  const requestWith = async (options: DockerBuildOptions) => ({
    workspaceRoot: workspace.root,
    service: await readService(workspace.root, { name: 'parking', root: 'apps/parking' }),
    projects: new Map([['parking', 'apps/parking']]),
    variant: 'gpu' as const,
    imageOptions: imageOptions(contextWith(options)),
  });

  it.each<DockerBuildOptions>([
    {},
    { buildArgs: { LEVEL: '3' }, tags: ['1.4.0'] },
    { registry: 'registry.example/vision' },
    { platforms: ['linux/arm64'] },
    { platforms: ['linux/arm64', 'linux/amd64'] },
  ])('is the one that docker-build makes with %j, and leaves its receipt', async (options) => {
    await build(options);
    const receipt = workspace.read(RECEIPT);
    const built = fake.builds.length;
    const request = await requestWith(options);
    const image = await ensureVariantImage(request, machine());
    expect(image).toMatchObject({ role: 'service', variant: 'gpu', verdict: 'present' });
    expect(image.platform).toBe(options.platforms?.at(-1) ?? 'linux/amd64');
    expect(receipt).toContain(image.ref);
    expect(fake.builds).toHaveLength(built);
    expect(workspace.read(RECEIPT)).toBe(receipt);
  });

  it('is foreseen with the keys of a plan of docker-build', async () => {
    const options = { buildArgs: { LEVEL: '3' }, registry: 'registry.example/vision' };
    const plan = JSON.parse(await build({ ...options, plan: true, json: true })) as PlanDocument;
    const { image, commands } = await planVariantImage(await requestWith(options), machine());
    expect(plan.images.at(-1)).toMatchObject({ variant: 'gpu', key: image.key, ref: image.ref });
    expect(commands).toHaveLength(3);
    expect(fake.builds).toEqual([]);
  });
});
