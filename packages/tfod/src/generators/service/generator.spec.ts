import { addProjectConfiguration, logger, readJson, readProjectConfiguration, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseService } from '../../service/service';
import serviceGenerator from './generator';
import type { ServiceOptions } from './schema';

const PACKAGE = join(__dirname, '../../..');
const COMMON = [
  '.dockerignore',
  'Dockerfile',
  'README.md',
  'docker/base.Dockerfile',
  'project.json',
  'tfod.json',
  'src/plate_reader/__init__.py',
  'src/plate_reader/detect.py',
  'models/demo/model.json',
  'models/demo/labels.pbtxt',
  'models/demo/saved_model/saved_model.pb',
];
const CPU = ['docker/tf.Dockerfile', 'requirements/tf.in', 'requirements/tf.lock'];
const GPU = ['docker/gpu.Dockerfile', 'requirements/gpu.in', 'requirements/gpu.lock'];

describe('tfod:service', () => {
  let tree: Tree;
  let told: string[];
  beforeEach(() => {
    tree = createTreeWithEmptyWorkspace({ formatter: 'none' });
    told = [];
    for (const level of ['info', 'warn'] as const) {
      jest.spyOn(logger, level).mockImplementation((...text: unknown[]) => void told.push(text.join(' ')));
    }
  });
  afterEach(() => jest.restoreAllMocks());

  it.each([
    [['cpu'], [...COMMON, ...CPU], GPU],
    [['gpu'], [...COMMON, ...GPU], CPU],
    [['cpu', 'gpu'], [...COMMON, ...CPU, ...GPU], []],
  ])('writes the files of %j', async (variants, there, notThere) => {
    await generate({ name: 'plate-reader', variants });
    const files = filesBelow('apps/plate-reader');
    expect(files).toEqual(expect.arrayContaining(there));
    expect(files.filter((file) => notThere.includes(file))).toEqual([]);
    expect(files.filter((file) => /template|__/.test(file.replace(/__(init|main)__\.py$/, '')))).toEqual([]);
  });

  it('makes an Nx project whose targets are inferred', async () => {
    await generate({ name: 'plate-reader', tags: 'scope:cars,type:app' });
    expect(readProjectConfiguration(tree, 'plate-reader')).toMatchObject({
      root: 'apps/plate-reader',
      sourceRoot: 'apps/plate-reader/src',
      projectType: 'application',
      tags: ['scope:cars', 'type:app'],
      targets: {},
    });
    expect(readJson(tree, 'nx.json').plugins).toEqual([{ plugin: 'tfod', options: {} }]);
  });

  it('writes a tfod.json that it can read itself', async () => {
    await generate({ name: 'lot', directory: 'a/b/c', image: 'registry.example:5000/lot', port: 9000 });
    expect(readJson(tree, 'a/b/c/tfod.json').$schema).toBe(
      '../../../node_modules/tfod/schemas/tfod.schema.json',
    );
    expect(parseService(text('a/b/c/tfod.json'), { name: 'lot', root: 'a/b/c' })).toEqual({
      name: 'lot',
      root: 'a/b/c',
      variants: ['cpu'],
      model: 'demo',
      image: 'registry.example:5000/lot',
      port: 9000,
    });
  });

  it('copies the demo model byte for byte', async () => {
    await generate({ name: 'plate-reader' });
    const path = 'saved_model/saved_model.pb';
    expect(sha256(tree.read(`apps/plate-reader/models/demo/${path}`))).toBe(
      sha256(readFileSync(join(PACKAGE, 'demo', path))),
    );
  });

  it('leaves the place of another model empty and says so', async () => {
    const next = await generate({ name: 'plate-reader', model: 'plates' });
    next();
    expect(tree.exists('apps/plate-reader/models')).toBe(false);
    expect(told.join('\n')).toContain('apps/plate-reader/models/plates');
  });

  it('takes the versions that are asked for', async () => {
    await generate({ name: 'plate-reader', tensorflow: '2.20', python: '3.11' });
    expect(text('apps/plate-reader/docker/base.Dockerfile')).toMatch(/^FROM python:3\.11-slim-bookworm/m);
    expect(text('apps/plate-reader/requirements/tf.lock')).toBe(
      readFileSync(join(PACKAGE, 'locks/2.20/py3.11/tf.lock'), 'utf8'),
    );
  });

  it('leaves no placeholder in any text', async () => {
    await generate({ name: 'plate-reader', variants: ['cpu', 'gpu'] });
    for (const file of filesBelow('apps/plate-reader').filter((file) => !file.startsWith('models/'))) {
      expect([file, text(`apps/plate-reader/${file}`).match(/<%|%>/)]).toEqual([file, null]);
    }
  });

  it('writes nothing when something is wrong', async () => {
    addProjectConfiguration(tree, 'shop', { root: 'apps/shop' });
    const before = tree.listChanges().length;
    await expect(generate({ name: 'shop', directory: 'apps/x', tensorflow: '2.3' })).rejects.toMatchObject({
      problems: [{ code: 'PROJECT_EXISTS' }, { code: 'TOOLCHAIN_UNSUPPORTED' }],
    });
    expect(tree.listChanges()).toHaveLength(before);
  });

  describe('run again', () => {
    beforeEach(() => generate({ name: 'plate-reader', tensorflow: '2.20', python: '3.11' }));

    it('changes nothing and has nothing to tell', async () => {
      const before = contents();
      const next = await generate({ name: 'plate-reader' });
      next();
      expect(contents()).toEqual(before);
      expect(told).toEqual([]);
    });

    it('does not mind how a formatter lays out JSON', async () => {
      const file = 'apps/plate-reader/tfod.json';
      tree.write(file, JSON.stringify(readJson(tree, file), null, 8));
      await generate({ name: 'plate-reader' });
      expect(told).toEqual([]);
    });

    it('keeps what was edited, puts back what was deleted, and tells of both', async () => {
      tree.write('apps/plate-reader/src/plate_reader/detect.py', '"""Mine."""\n');
      const before = contents();
      tree.delete('apps/plate-reader/Dockerfile');
      await generate({ name: 'plate-reader' });
      expect(contents()).toEqual(before);
      expect(told.join('\n')).toContain('apps/plate-reader/src/plate_reader/detect.py');
    });

    it('adds the files of another variant for the versions that the service has', async () => {
      await generate({ name: 'plate-reader', variants: ['gpu'] });
      expect(filesBelow('apps/plate-reader')).toEqual(expect.arrayContaining([...CPU, ...GPU]));
      expect(text('apps/plate-reader/requirements/gpu.lock')).toBe(
        readFileSync(join(PACKAGE, 'locks/2.20/py3.11/gpu.lock'), 'utf8'),
      );
      expect(readJson(tree, 'apps/plate-reader/tfod.json').variants).toEqual(['cpu']);
      expect(told.join('\n')).toContain('still says "variants": ["cpu"]');
    });
  });

  function generate(options: ServiceOptions) {
    return serviceGenerator(tree, { skipFormat: true, ...options });
  }

  function contents() {
    return new Map(filesBelow('.').map((file) => [file, sha256(tree.read(file))]));
  }

  function text(path: string): string {
    return tree.read(path, 'utf-8') ?? '';
  }

  function filesBelow(folder: string, prefix = ''): string[] {
    return tree.children(folder).flatMap((name) => {
      const path = `${folder}/${name}`;
      return tree.isFile(path) ? [`${prefix}${name}`] : filesBelow(path, `${prefix}${name}/`);
    });
  }

  function sha256(bytes: Buffer | null): string {
    return createHash('sha256')
      .update(bytes ?? '')
      .digest('hex');
  }
});
