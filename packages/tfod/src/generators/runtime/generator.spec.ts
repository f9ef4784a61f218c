import { logger, readJson, readProjectConfiguration, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTfodProject } from '../../service/service';
import { TfodError } from '../../values/tfod-error';
import { withoutSeal } from '../project/seal';
import runtimeGenerator from './generator';
import type { RuntimeOptions } from './schema';

const LOCKS = join(__dirname, '../../../locks');

describe('tfod:runtime', () => {
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

  const generate = (options: RuntimeOptions) => runtimeGenerator(tree, { skipFormat: true, ...options });
  const text = (path: string): string => tree.read(path, 'utf-8') ?? '';
  const lock = (set: string, name: string): string => readFileSync(join(LOCKS, set, name), 'utf8');
  const lockWithoutSeal = (name: string): string => withoutSeal(name, text(`libs/ml/requirements/${name}`));
  const changes = () => tree.listChanges().map(({ path, content }) => [path, content?.toString()]);

  async function problems(options: RuntimeOptions): Promise<unknown> {
    try {
      await generate(options);
    } catch (error) {
      if (error instanceof TfodError) return error.problems.map(({ code, where }) => [code, where]);
      throw error;
    }
    return [];
  }

  it('writes what makes the images, and an Nx project whose target is inferred', async () => {
    const next = await generate({ name: 'ml', variants: ['cpu', 'gpu'], tags: 'type:runtime' });
    next();
    expect(tree.children('libs/ml').sort()).toEqual(
      [
        '.dockerignore',
        '.gitattributes',
        'README.md',
        'docker',
        'project.json',
        'requirements',
        'tfod.json',
      ].sort(),
    );
    expect(tree.children('libs/ml/docker').sort()).toEqual(
      ['base.Dockerfile', 'check.py', 'gpu.Dockerfile', 'slim.py', 'tf.Dockerfile'].sort(),
    );
    expect(tree.children('libs/ml/requirements')).toHaveLength(4);
    expect(text('libs/ml/README.md')).not.toContain('<%');
    expect(readProjectConfiguration(tree, 'ml')).toMatchObject({
      root: 'libs/ml',
      projectType: 'application',
      tags: ['type:runtime'],
    });
    expect(told.join('\n')).toContain('nx g tfod:service parking --runtime=ml');
  });

  it('writes a tfod.json that it can read itself', async () => {
    await generate({ name: 'ml', directory: 'shared/ml', image: 'registry.example:5000/team/ml' });
    expect(readJson(tree, 'shared/ml/tfod.json').$schema).toBe(
      '../../node_modules/tfod/schemas/runtime.schema.json',
    );
    expect(parseTfodProject(text('shared/ml/tfod.json'), { name: 'ml', root: 'shared/ml' })).toEqual({
      kind: 'runtime',
      name: 'ml',
      root: 'shared/ml',
      variants: ['cpu'],
      image: 'registry.example:5000/team/ml',
    });
  });

  it('reports everything at once, and writes nothing', async () => {
    const before = changes();
    const options = { name: 'ML', variants: ['tpu'], image: 'A:1', tensorflow: '2.3' };
    expect(await problems(options)).toEqual([
      ['SERVICE_NAME', undefined],
      ['SERVICE_VARIANT_UNKNOWN', '--variants'],
      ['SERVICE_IMAGE', '--image'],
      ['TOOLCHAIN_UNSUPPORTED', '--tensorflow=2.3'],
    ]);
    expect(await problems({ name: 'ml', directory: '../ml' })).toEqual([
      ['DIRECTORY_OUTSIDE', '--directory'],
    ]);
    expect(changes()).toEqual(before);
  });

  it('takes no service for a runtime', async () => {
    const service = { variants: ['cpu'], model: 'demo', image: 'ml', port: 8080 };
    tree.write('libs/ml/tfod.json', JSON.stringify(service));
    expect(await problems({ name: 'ml' })).toEqual([['PROJECT_OTHER_KIND', 'libs/ml/tfod.json']]);
  });

  describe('run again', () => {
    beforeEach(async () => {
      await generate({ name: 'ml', tensorflow: '2.20', python: '3.11' });
      told = [];
    });

    it('changes nothing and has nothing to tell', async () => {
      const before = changes();
      (await generate({ name: 'ml' }))();
      expect(changes()).toEqual(before);
      expect(told).toEqual([]);
    });

    it('puts back what makes the images, and nothing else', async () => {
      const before = changes();
      tree.delete('libs/ml/docker/slim.py');
      await generate({ name: 'ml' });
      expect(changes()).toEqual(before);
      for (const path of ['README.md', '.gitattributes', '.dockerignore']) tree.delete(`libs/ml/${path}`);
      await generate({ name: 'ml', tensorflow: '2.21' });
      expect(tree.children('libs/ml').sort()).toEqual([
        'docker',
        'project.json',
        'requirements',
        'tfod.json',
      ]);
    });

    it('moves to another TensorFlow', async () => {
      await generate({ name: 'ml', tensorflow: '2.21' });
      expect(lockWithoutSeal('tf.lock')).toBe(lock('2.21/py3.11', 'tf.lock'));
      expect(told).toEqual([
        'ml and all of its services move from TensorFlow 2.20 on Python 3.11 to TensorFlow 2.21 on Python 3.11.',
      ]);
    });

    it('writes over nothing that was edited, and nothing at all then', async () => {
      tree.write('libs/ml/requirements/tf.in', `${text('libs/ml/requirements/tf.in')}shapely\n`);
      tree.write('libs/ml/docker/base.Dockerfile', `${text('libs/ml/docker/base.Dockerfile')}# mine\n`);
      const before = changes();
      expect(await problems({ name: 'ml', tensorflow: '2.21' })).toEqual([
        ['FILE_EDITED', 'libs/ml/requirements/tf.in'],
      ]);
      expect(await problems({ name: 'ml', python: '3.12' })).toEqual([
        ['FILE_EDITED', 'libs/ml/docker/base.Dockerfile'],
      ]);
      expect(changes()).toEqual(before);
    });

    it('adds a variant for the versions that it has', async () => {
      await generate({ name: 'ml', variants: ['gpu'] });
      expect(readJson(tree, 'libs/ml/tfod.json').variants).toEqual(['cpu', 'gpu']);
      expect(lockWithoutSeal('gpu.lock')).toBe(lock('2.20/py3.11', 'gpu.lock'));
    });

    it('says that the image stays', async () => {
      await generate({ name: 'ml', image: 'team/ml' });
      expect(told).toEqual(['libs/ml/tfod.json still says "image": "ml"; edit it to have "team/ml"']);
    });
  });
});
