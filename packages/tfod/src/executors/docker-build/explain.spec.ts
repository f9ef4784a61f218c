import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeEngine } from '../../testing/fake-engine';
import { TinyWorkspace } from '../../testing/tiny-service';
import dockerBuild from './executor';
import type { DockerBuildOptions } from './schema';

describe('docker-build --explain', () => {
  let workspace: TinyWorkspace;
  let fake: FakeEngine;

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking', { variants: ['cpu', 'gpu'] });
    fake = new FakeEngine();
  });
  afterEach(() => workspace.dispose());

  async function run(options: DockerBuildOptions): Promise<{ success: boolean; out: string; err: string }> {
    const [out, err]: [string[], string[]] = [[], []];
    const { success } = await dockerBuild(
      options,
      {
        root: workspace.root,
        isVerbose: false,
        projectName: 'parking',
        projectsConfigurations: { version: 2, projects: { parking: { root: 'apps/parking' } } },
      },
      {
        engine: fake.engine,
        env: { TFOD_CACHE_DIR: workspace.cacheFolder },
        print: (text) => void out.push(text),
        report: (text) => void err.push(text),
        wheelFolder: workspace.wheelFolder,
      },
    );
    return { success, out: out.join('\n'), err: err.join('\n') };
  }

  const must = async (options: DockerBuildOptions): Promise<string> => {
    const { success, out, err } = await run(options);
    expect(err).toBe('');
    expect(success).toBe(true);
    return out;
  };
  const refOf = (link: number): string =>
    JSON.parse(workspace.read('dist/apps/parking/images.json')).images[link].ref;

  it('tells the chain of causes of each image, and why there is nothing to do', async () => {
    await must({});
    const [base, tf] = [refOf(0), refOf(1)];
    const edited = workspace.read('apps/parking/docker/gpu.Dockerfile').replace('/gpu.lock\n', '/g.lock\n');
    workspace.write('apps/parking/docker/gpu.Dockerfile', edited);
    workspace.write('apps/parking/src/parking/detect.py', 'print(2)\n');
    const out = await must({ explain: true });
    expect(out.split('\n').filter((line) => !line.includes('compared with'))).toEqual([
      'base: present',
      `  nothing to do: ${base} was made from the same`,
      'tf: present',
      `  nothing to do: ${tf} was made from the same`,
      'gpu: build',
      '  gpu: docker/gpu.Dockerfile line 2 changed',
      'service-cpu: build',
      '  parking: src/parking/detect.py changed',
      'service-gpu: build',
      '  parking: src/parking/detect.py changed',
      '  parking ← gpu: docker/gpu.Dockerfile line 2 changed',
    ]);
    expect(out).toMatch(/compared with tfod-gpu:k-[0-9a-f]{32} \(the last build here\)/);
    expect(fake.builds).toHaveLength(1);
  });

  it('tells the same on another checkout of another machine, from the images alone', async () => {
    await must({});
    workspace.write('apps/parking/docker/base.txt', 'other');
    workspace.remove('dist');
    rmSync(workspace.cacheFolder, { recursive: true });
    const out = await must({ explain: true });
    expect(out).toContain('  parking ← tf ← base: docker/base.txt changed');
    expect(out).toMatch(/compared with parking:k-[0-9a-f]{32} \(the engine\)/);
  });

  it('says what was never built, and what was removed', async () => {
    expect(await must({ explain: true })).toContain('service-cpu: build\n  never built here');
    await must({});
    JSON.parse(workspace.read('dist/apps/parking/images.json'))
      .images.at(-1)
      .tags.forEach((tag: string) => fake.untag(tag));
    expect(await must({ explain: true })).toContain(
      'service-gpu: build\n  the image was removed from the engine',
    );
  });

  it('prints one document, with the causes as data', async () => {
    await must({});
    workspace.write('apps/parking/src/parking/detect.py', 'print(2)\n');
    const { images } = JSON.parse(await must({ explain: true, json: true }));
    expect(images.at(-1)).toMatchObject({
      verdict: 'build',
      reasons: ['src/parking/detect.py changed'],
      explanation: {
        nearest: { from: 'the last build here' },
        causes: [{ input: 'file', path: 'src/parking/detect.py', change: 'changed' }],
      },
    });
    expect(images[0].explanation).toEqual({
      nearest: { key: images[0].key, ref: images[0].ref, from: 'the engine' },
      causes: [],
    });
  });

  it.each([
    ['key', (image: { key: string }) => image.key],
    ['tag', (image: { ref: string }) => image.ref.slice(image.ref.lastIndexOf(':') + 1)],
    ['ref', (image: { ref: string }) => image.ref],
  ])('compares with an image of the past by its %s', async (_, name) => {
    await must({ variants: ['cpu'] });
    const first = JSON.parse(workspace.read('dist/apps/parking/images.json')).images.at(-1);
    for (const text of ['print(2)\n', 'print(3)\n']) {
      workspace.write('apps/parking/src/parking/detect.py', text);
      workspace.write('apps/parking/docker/base.txt', 'other');
      await must({ variants: ['cpu'] });
    }
    const out = await must({ since: name(first), variants: ['cpu'] });
    expect(out).toBe(
      [
        'service-cpu: present',
        '  parking: src/parking/detect.py changed',
        '  parking ← tf ← base: docker/base.txt changed',
        `  compared with ${first.ref} (--since)`,
      ].join('\n'),
    );
  });

  it('says that nothing tells of an image, or that it is of another kind', async () => {
    await must({});
    expect(await run({ since: 'nobody:knows' })).toMatchObject({
      success: false,
      err: expect.stringContaining('SINCE_UNKNOWN'),
    });
    const gpu = refOf(4);
    expect((await run({ since: gpu, variants: ['cpu'] })).err).toContain('SINCE_OTHER_IMAGE');
  });

  it('writes a page or a document beside what it prints', async () => {
    const out = await must({ plan: true, output: 'dist/plan.html' });
    expect(out).toContain('service-cpu  build    never built here');
    expect(workspace.read('dist/plan.html')).toContain('<title>Plan of parking</title>');
    await must({ explain: true, output: 'dist/plan.json' });
    expect(JSON.parse(workspace.read('dist/plan.json')).images[0]).toHaveProperty('explanation');
    await must({ plan: true, output: 'dist/plan.json' });
    expect(JSON.parse(workspace.read('dist/plan.json')).images[0]).not.toHaveProperty('explanation');
    expect(fake.builds).toEqual([]);
  });

  it('writes over no file but a plan, in no other form, and for no build', async () => {
    const file = join(workspace.root, 'mine.html');
    writeFileSync(file, '<p>mine</p>');
    expect((await run({ plan: true, output: 'mine.html' })).err).toContain('OUTPUT_NOT_OURS');
    expect(readFileSync(file, 'utf8')).toBe('<p>mine</p>');
    expect((await run({ plan: true, output: 'apps' })).err).toContain('OUTPUT_UNKNOWN');
    expect((await run({ plan: true, output: 'plan.svg' })).err).toContain('.html or .json');
    expect((await run({ output: 'plan.html' })).err).toContain('OPTION_UNSUPPORTED');
    expect((await run({ explain: true, dryRun: true })).err).toContain('--dryRun and --explain');
    expect(existsSync(join(workspace.root, 'plan.html'))).toBe(false);
  });
});
