import { addProjectConfiguration, logger, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { stubEngine } from '../../testing/stub-engine';
import { digestOf, type Digest } from '../../values/digest';
import { TfodError } from '../../values/tfod-error';
import pinGenerator from './generator';

const LOCK = 'tfod.lock.json';

describe('tfod:pin', () => {
  let tree: Tree;
  let said: string[];
  let asked: string[];
  /** A registry in which every tag means what its name and a version say. */
  const registry = (version = '1') =>
    stubEngine({
      resolve: async (ref) => {
        asked.push(ref);
        return digestOf(`${ref} ${version}`);
      },
    });

  beforeEach(() => {
    tree = createTreeWithEmptyWorkspace({ formatter: 'none' });
    said = [];
    asked = [];
    jest.spyOn(logger, 'info').mockImplementation((line) => void said.push(String(line)));
    addService('parking', 'FROM python:3.13-slim-trixie');
  });

  function addService(name: string, base: string, service = 'FROM runtime') {
    addProjectConfiguration(tree, name, { root: `apps/${name}` });
    const file = { variants: ['cpu'], model: 'demo', image: name, port: 8080 };
    tree.write(`apps/${name}/tfod.json`, JSON.stringify(file));
    tree.write(`apps/${name}/docker/base.Dockerfile`, `${base}\n`);
    tree.write(`apps/${name}/docker/tf.Dockerfile`, 'FROM base\n');
    tree.write(`apps/${name}/Dockerfile`, `${service}\n`);
  }

  const pins = (): Record<string, { digest: Digest }> => JSON.parse(tree.read(LOCK, 'utf-8') ?? '{}').images;

  it('pins the images of all services, and not the names that are ours', async () => {
    addService(
      'plates',
      'FROM docker.io/library/python:3.11',
      'FROM runtime\nRUN --mount=type=bind,from=tfod-runtime,target=/w pip install /w/*.whl\nCOPY --from=busybox /bin/true /t\nCOPY --from=parking /app /p',
    );
    await pinGenerator(tree, {}, registry());
    expect(pins()).toEqual({
      busybox: { digest: digestOf('busybox 1') },
      'python:3.11': { digest: digestOf('python:3.11 1') },
      'python:3.13-slim-trixie': { digest: digestOf('python:3.13-slim-trixie 1') },
    });
    expect(said).toContain(`busybox unpinned → ${digestOf('busybox 1')}`);
  });

  describe('with a runtime', () => {
    beforeEach(() => {
      addProjectConfiguration(tree, 'ml', { root: 'libs/ml' });
      tree.write('libs/ml/tfod.json', JSON.stringify({ kind: 'runtime', variants: ['cpu'], image: 'ml' }));
      tree.write('libs/ml/docker/base.Dockerfile', 'FROM python:3.11\n');
      tree.write('libs/ml/docker/tf.Dockerfile', 'FROM base\n');
      addProjectConfiguration(tree, 'gate', { root: 'apps/gate' });
      const file = { variants: ['cpu'], model: 'demo', image: 'gate', port: 8080, runtime: 'ml' };
      tree.write('apps/gate/tfod.json', JSON.stringify(file));
      tree.write('apps/gate/Dockerfile', 'FROM runtime\nCOPY --from=busybox /bin/true /t\n');
    });

    it.each([
      [undefined, ['busybox', 'python:3.11', 'python:3.13-slim-trixie']],
      ['gate', ['busybox', 'python:3.11']],
      ['ml', ['python:3.11']],
    ])('pins for %s what its whole chain takes from elsewhere', async (project, expected) => {
      await pinGenerator(tree, project === undefined ? {} : { project }, registry());
      expect(Object.keys(pins())).toEqual(expected);
    });

    it('leaves it to docker-build to tell of a runtime that is gone', async () => {
      tree.delete('libs/ml/tfod.json');
      await pinGenerator(tree, { project: 'gate' }, registry());
      expect(Object.keys(pins())).toEqual(['busybox']);
    });
  });

  it('asks for nothing that has a pin, and changes nothing', async () => {
    await pinGenerator(tree, {}, registry('1'));
    const before = tree.read(LOCK, 'utf-8');
    asked = [];
    await pinGenerator(tree, {}, registry('2'));
    expect(asked).toEqual([]);
    expect(tree.read(LOCK, 'utf-8')).toBe(before);
    expect(said.at(-1)).toBe(`python:3.13-slim-trixie stays ${digestOf('python:3.13-slim-trixie 1')}`);
  });

  it('moves the pins with --update and tells from what to what', async () => {
    await pinGenerator(tree, {}, registry('1'));
    await pinGenerator(tree, { update: true }, registry('2'));
    expect(pins()['python:3.13-slim-trixie']).toEqual({ digest: digestOf('python:3.13-slim-trixie 2') });
    expect(said.at(-1)).toBe(
      `python:3.13-slim-trixie ${digestOf('python:3.13-slim-trixie 1')} → ${digestOf('python:3.13-slim-trixie 2')}`,
    );
  });

  it('takes one service alone and leaves the pins of others', async () => {
    addService('plates', 'FROM python:3.11');
    await pinGenerator(tree, { project: 'parking' }, registry('1'));
    expect(asked).toEqual(['python:3.13-slim-trixie']);
    await pinGenerator(tree, { project: 'plates', update: true }, registry('2'));
    expect(pins()['python:3.13-slim-trixie']).toEqual({ digest: digestOf('python:3.13-slim-trixie 1') });
  });

  it('does not pin an image that names its digest', async () => {
    tree.write('apps/parking/docker/base.Dockerfile', `FROM python:3.13@${digestOf('own')}\n`);
    await pinGenerator(tree, {}, registry());
    expect(tree.exists(LOCK)).toBe(false);
    expect(said).toEqual(['No service takes an image from elsewhere.']);
  });

  it('tells of every problem and writes nothing', async () => {
    addService('plates', 'FRM python:3.11');
    tree.write('apps/parking/docker/base.Dockerfile', 'FROM Bad:Name\n');
    tree.write(LOCK, '{');
    const failing = pinGenerator(tree, {}, registry());
    await expect(failing).rejects.toThrow('PINS_MALFORMED');
    await expect(failing).rejects.toThrow('DOCKERFILE_SYNTAX');
    await expect(failing).rejects.toThrow('IMAGE_REF_MALFORMED');
    expect(tree.read(LOCK, 'utf-8')).toBe('{');
  });

  it('writes nothing when one image cannot be resolved', async () => {
    addService('plates', 'FROM python:3.11');
    const engine = stubEngine({
      resolve: async (ref) => {
        if (ref === 'python:3.11') throw new TfodError({ code: 'IMAGE_NOT_RESOLVED', what: ref, remedy: '' });
        return digestOf(ref);
      },
    });
    await expect(pinGenerator(tree, {}, engine)).rejects.toMatchObject({ code: 'IMAGE_NOT_RESOLVED' });
    expect(tree.exists(LOCK)).toBe(false);
  });

  it('says which services there are', async () => {
    await expect(pinGenerator(tree, { project: 'nope' }, registry())).rejects.toThrow('parking');
  });
});
