import {
  addProjectConfiguration,
  logger,
  readJson,
  readProjectConfiguration,
  updateJson,
  type Tree,
} from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIgnore } from '../../dockerfile/dockerignore';
import { parseService } from '../../service/service';
import { withoutCr } from '../project/line-ends';
import { withoutSeal } from '../project/seal';
import runtimeGenerator from '../runtime/generator';
import serviceGenerator from './generator';
import type { ServiceOptions } from './schema';

const PACKAGE = join(__dirname, '../../..');
const COMMON = [
  '.dockerignore',
  '.gitattributes',
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
    expect(lockIn('apps/plate-reader', 'tf.lock')).toBe(lockOf('2.20/py3.11', 'tf.lock'));
  });

  it('shows builders no secrets and no leftovers of tools, wherever they lie', async () => {
    await generate({ name: 'plate-reader' });
    await runtimeGenerator(tree, { name: 'ml', skipFormat: true });
    const service = parseIgnore(text('apps/plate-reader/.dockerignore'));
    const runtime = parseIgnore(text('libs/ml/.dockerignore'));
    const secret = [
      '.env',
      'src/a/.env.local',
      'src/a/.git',
      '.gitattributes',
      'src/a/.detect.py.swp',
      'src/a/x~',
    ];
    const leftovers = [
      'src/.pytest_cache',
      'src/a/.mypy_cache',
      'src/.ruff_cache',
      'src/a/.ipynb_checkpoints',
      'src/a.egg-info',
    ];
    expect([...secret, ...leftovers].filter((path) => !service.ignores(path))).toEqual([]);
    expect(secret.filter((path) => !runtime.ignores(path))).toEqual([]);
    const needed = filesBelow('apps/plate-reader').filter((path) => /^(src|docker|requirements)/.test(path));
    expect(needed.filter((path) => service.ignores(path) || runtime.ignores(path))).toEqual([]);
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

    it('keeps what was edited and tells of it, and puts back what makes the images', async () => {
      tree.write('apps/plate-reader/.dockerignore', 'mine\n');
      const before = contents();
      tree.delete('apps/plate-reader/Dockerfile');
      tree.delete('apps/plate-reader/docker/tf.Dockerfile');
      await generate({ name: 'plate-reader' });
      expect(contents()).toEqual(before);
      expect(told.join('\n')).toContain('apps/plate-reader/.dockerignore');
    });

    it.each(['src', 'tests', 'models', 'README.md', '.gitattributes', '.dockerignore'])(
      'does not bring back %s, which its owner deleted',
      async (path) => {
        tree.delete(`apps/plate-reader/${path}`);
        await generate({ name: 'plate-reader', variants: ['gpu'] });
        await generate({ name: 'plate-reader', tensorflow: '2.21' });
        expect(tree.exists(`apps/plate-reader/${path}`)).toBe(false);
      },
    );

    it('leaves the Python module its name when the project got another', async () => {
      moveTo('car-park', 'services/car-park');
      const before = filesBelow('services/car-park');
      await generate({ name: 'car-park', directory: 'services/car-park', variants: ['lite'] });
      expect(filesBelow('services/car-park').filter((path) => !before.includes(path))).toEqual([
        'docker/lite.Dockerfile',
        'requirements/lite.in',
        'requirements/lite.lock',
      ]);
      tree.delete('services/car-park/Dockerfile');
      await generate({ name: 'car-park', directory: 'services/car-park' });
      expect(text('services/car-park/Dockerfile')).toContain('"-m", "plate_reader.detect"');
    });

    it('keeps a base image of which it does not know the versions', async () => {
      tree.write('apps/plate-reader/docker/base.Dockerfile', 'FROM acme/python:latest\n');
      await generate({ name: 'plate-reader', variants: ['gpu'] });
      expect(text('apps/plate-reader/docker/base.Dockerfile')).toBe('FROM acme/python:latest\n');
      expect(told.join('\n')).toContain('docker/base.Dockerfile');
    });

    it('adds a variant for the version that the lock has, whatever the .in asks for', async () => {
      tree.write('apps/plate-reader/requirements/tf.in', 'tensorflow-cpu>=2.20,<2.21\n');
      await generate({ name: 'plate-reader', variants: ['gpu'] });
      expect(lockIn('apps/plate-reader', 'gpu.lock')).toBe(lockOf('2.20/py3.11', 'gpu.lock'));
      tree.delete('apps/plate-reader/requirements/tf.lock');
      tree.delete('apps/plate-reader/requirements/gpu.lock');
      tree.delete('apps/plate-reader/requirements/gpu.in');
      await expect(generate({ name: 'plate-reader', variants: ['gpu'] })).rejects.toMatchObject({
        problems: [{ code: 'TOOLCHAIN_UNKNOWN', where: 'apps/plate-reader/requirements' }],
      });
      await generate({ name: 'plate-reader', variants: ['gpu'], tensorflow: '2.20' });
      expect(lockIn('apps/plate-reader', 'gpu.lock')).toBe(lockOf('2.20/py3.11', 'gpu.lock'));
      expect(text('apps/plate-reader/requirements/tf.in')).toBe('tensorflow-cpu>=2.20,<2.21\n');
    });

    it('adds the files of another variant for the versions that the service has', async () => {
      await generate({ name: 'plate-reader', variants: ['gpu'] });
      expect(filesBelow('apps/plate-reader')).toEqual(expect.arrayContaining([...CPU, ...GPU]));
      expect(lockIn('apps/plate-reader', 'gpu.lock')).toBe(lockOf('2.20/py3.11', 'gpu.lock'));
      expect(readJson(tree, 'apps/plate-reader/tfod.json').variants).toEqual(['cpu']);
      expect(told.join('\n')).toContain('still says "variants": ["cpu"]');
    });
  });

  describe('with another TensorFlow', () => {
    beforeEach(() => generate({ name: 'plate-reader', tensorflow: '2.20', python: '3.11' }));

    it('moves what was generated and tells of it', async () => {
      tree.write('apps/plate-reader/src/plate_reader/detect.py', '"""Mine."""\n');
      await generate({ name: 'plate-reader', tensorflow: '2.21', python: '3.13' });
      expect(text('apps/plate-reader/docker/base.Dockerfile')).toMatch(/^FROM python:3\.13-slim-trixie/m);
      expect(lockIn('apps/plate-reader', 'tf.lock')).toBe(lockOf('2.21/py3.13', 'tf.lock'));
      expect(text('apps/plate-reader/README.md')).toContain('TensorFlow 2.21 on Python 3.13');
      expect(text('apps/plate-reader/src/plate_reader/detect.py')).toBe('"""Mine."""\n');
      expect(told).toContain(
        'plate-reader stands on TensorFlow 2.21 on Python 3.13, no longer on TensorFlow 2.20 on Python 3.11.',
      );
    });

    it('moves a checkout with CRLF, and leaves it its line ends', async () => {
      for (const file of filesBelow('apps/plate-reader').filter((path) => !path.startsWith('models/'))) {
        const path = `apps/plate-reader/${file}`;
        tree.write(path, text(path).replaceAll('\n', '\r\n'));
      }
      await generate({ name: 'plate-reader' });
      expect(told).toEqual([]);
      await generate({ name: 'plate-reader', tensorflow: '2.21', python: '3.13' });
      expect(text('apps/plate-reader/requirements/tf.lock').replaceAll('\r\n', '')).not.toContain('\n');
      const lock = withoutCr(text('apps/plate-reader/requirements/tf.lock'));
      expect(withoutSeal('tf.lock', lock)).toBe(lockOf('2.21/py3.13', 'tf.lock'));
    });

    it('touches nothing when a file in the way was edited', async () => {
      tree.write('apps/plate-reader/requirements/tf.lock', 'mine\n');
      tree.write('apps/plate-reader/README.md', 'mine\n');
      const before = contents();
      await expect(
        generate({ name: 'plate-reader', tensorflow: '2.21', python: '3.13' }),
      ).rejects.toMatchObject({
        problems: [{ code: 'FILE_EDITED', where: 'apps/plate-reader/requirements/tf.lock' }],
      });
      expect(contents()).toEqual(before);
    });
  });

  describe('on a runtime', () => {
    beforeEach(() => runtimeGenerator(tree, { name: 'ml', skipFormat: true }));

    it('makes a service that has nothing but its own image', async () => {
      const next = await generate({ name: 'plate-reader', runtime: 'ml' });
      next();
      expect(filesBelow('apps/plate-reader').filter((file) => /^(docker|requirements)/.test(file))).toEqual(
        [],
      );
      expect(readJson(tree, 'apps/plate-reader/tfod.json').runtime).toBe('ml');
      expect(text('apps/plate-reader/README.md')).toContain('`libs/ml/requirements/`');
      expect(text('apps/plate-reader/README.md')).not.toMatch(/`docker\/`|<%/);
      expect(told.join('\n')).toContain('on the runtime ml, for cpu');
    });

    it('lets a service adopt it', async () => {
      await generate({ name: 'plate-reader', tensorflow: '2.20', python: '3.11', port: 9000 });
      await generate({ name: 'plate-reader', runtime: 'ml' });
      expect(filesBelow('apps/plate-reader').filter((file) => /^(docker|requirements)/.test(file))).toEqual(
        [],
      );
      expect(readJson(tree, 'apps/plate-reader/tfod.json')).toMatchObject({ port: 9000, runtime: 'ml' });
      expect(text('apps/plate-reader/README.md')).toContain('the runtime `ml`');
      expect(told).toContain(
        'plate-reader stands on the runtime ml, no longer on TensorFlow 2.20 on Python 3.11.',
      );
      const before = contents();
      await generate({ name: 'plate-reader' });
      expect(contents()).toEqual(before);
    });

    it('takes files away that say what the runtime says, edited or not', async () => {
      await generate({ name: 'plate-reader' });
      for (const root of ['apps/plate-reader', 'libs/ml']) tree.write(`${root}/requirements/tf.in`, 'mine\n');
      await generate({ name: 'plate-reader', runtime: 'ml' });
      expect(tree.exists('apps/plate-reader/requirements')).toBe(false);
    });

    it.each([
      ['docker/tf.Dockerfile', 'FROM base\n'],
      ['docker/base.Dockerfile', 'FROM scratch\n'],
      ['requirements/gpu.lock', 'left over\n'],
    ])('touches nothing when %s was edited', async (path, content) => {
      await generate({ name: 'plate-reader', tensorflow: '2.20', python: '3.11' });
      tree.write(`apps/plate-reader/${path}`, content);
      const before = contents();
      await expect(generate({ name: 'plate-reader', runtime: 'ml' })).rejects.toMatchObject({
        problems: expect.arrayContaining([
          expect.objectContaining({ code: 'FILE_EDITED', where: `apps/plate-reader/${path}` }),
        ]),
      });
      expect(contents()).toEqual(before);
    });

    it('keeps files of the folder that are not of the chain', async () => {
      await generate({ name: 'plate-reader' });
      tree.write('apps/plate-reader/requirements/extra.txt', 'shapely\n');
      await generate({ name: 'plate-reader', runtime: 'ml' });
      expect(tree.children('apps/plate-reader/requirements')).toEqual(['extra.txt']);
    });

    it('gives a service that left it images of its own again', async () => {
      await generate({ name: 'plate-reader', runtime: 'ml' });
      const { runtime, ...settings } = readJson(tree, 'apps/plate-reader/tfod.json');
      expect(runtime).toBe('ml');
      tree.write('apps/plate-reader/tfod.json', JSON.stringify(settings));
      await generate({ name: 'plate-reader', tensorflow: '2.20', python: '3.11' });
      expect(filesBelow('apps/plate-reader')).toEqual(expect.arrayContaining(CPU));
    });
  });

  function lockIn(root: string, name: string): string {
    return withoutSeal(name, text(`${root}/requirements/${name}`));
  }

  function lockOf(set: string, name: string): string {
    return readFileSync(join(PACKAGE, 'locks', set, name), 'utf8');
  }

  /** What `nx g @nx/workspace:move` does. */
  function moveTo(name: string, root: string): void {
    for (const path of filesBelow('apps/plate-reader')) {
      tree.write(`${root}/${path}`, tree.read(`apps/plate-reader/${path}`) ?? '');
    }
    tree.delete('apps/plate-reader');
    updateJson(tree, `${root}/project.json`, (project) => ({ ...project, name }));
  }

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
