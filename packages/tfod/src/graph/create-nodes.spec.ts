import type { CreateNodesContext } from '@nx/devkit';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createNodes, createNodesV2 } from '../plugin';
import type { TfodPluginOptions } from './plugin-options';
import { TARGETS } from './plugin-options';

const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('createNodes', () => {
  let workspaceRoot: string;
  beforeEach(() => (workspaceRoot = mkdtempSync(join(tmpdir(), 'tfod-graph-'))));
  afterEach(() => rmSync(workspaceRoot, { recursive: true }));

  it('gives a service its targets', async () => {
    write('apps/parking/project.json', '{ "name": "car-parking" }');
    const project = await infer('apps/parking/tfod.json');
    expect(project).toMatchObject({
      name: 'car-parking',
      root: 'apps/parking',
      namedInputs: {
        tfodImages: ['{projectRoot}/**/*', '{workspaceRoot}/tfod.lock.json', { externalDependencies: [] }],
      },
      metadata: { technologies: ['tensorflow'] },
    });
    expect(project?.targets?.['docker-build']).toEqual({
      executor: 'tfod:docker-build',
      cache: false,
      continuous: false,
      inputs: ['tfodImages'],
      outputs: ['{workspaceRoot}/dist/{projectRoot}/images.json'],
      metadata: {
        description: expect.any(String),
        help: {
          command: 'npx nx run car-parking:docker-build --help',
          example: { options: { plan: true } },
        },
      },
    });
    expect(project?.targets?.['infer']).toMatchObject({
      executor: 'tfod:infer',
      cache: false,
      outputs: ['{workspaceRoot}/dist/{projectRoot}/infer'],
    });
    expect(project?.targets?.['gpu-verify']).toMatchObject({
      executor: 'tfod:gpu-verify',
      cache: false,
      outputs: ['{workspaceRoot}/dist/{projectRoot}/gpu-verify.json'],
    });
  });

  it.each([undefined, '{', '{}', '{ "name": 3 }', 'null'])(
    'names the project after its folder when project.json holds %j',
    async (text) => {
      if (text !== undefined) write('apps/parking/project.json', text);
      expect((await infer('apps/parking/tfod.json'))?.name).toBe('parking');
    },
  );

  it('counts the same files for each target', async () => {
    const { targets = {} } = (await infer('apps/parking/tfod.json')) ?? {};
    for (const { inputs } of Object.values(targets)) expect(inputs).toEqual(['tfodImages']);
  });

  it('says of each target whether it goes on, for Nx would look for it in each schema', async () => {
    const { targets = {} } = (await infer('apps/parking/tfod.json')) ?? {};
    const going = Object.entries(targets).filter(([, { continuous }]) => continuous !== false);
    expect(going.map(([name]) => name)).toEqual(['serve']);
    expect(targets['serve']?.continuous).toBe(true);
  });

  it('does not care what the tfod.json says', async () => {
    write('apps/parking/tfod.json', '{ "variants": ["cp');
    expect(await targetNames()).toEqual([
      'docker-build',
      'infer',
      'gpu-verify',
      'serve',
      'serve-ready',
      'model-info',
      'evaluate',
      'promote',
    ]);
  });

  it.each([
    [['cpu'], false],
    [['gpu'], true],
    [['cpu', 'gpu'], true],
  ])('with the variants %j, a service has gpu-verify: %s', async (variants, has) => {
    write('apps/parking/tfod.json', JSON.stringify({ variants }));
    expect((await targetNames()).includes('gpu-verify')).toBe(has);
  });

  it('takes names and options from nx.json', async () => {
    const project = await infer('apps/a/tfod.json', {
      dockerBuild: 'image',
      infer: { options: { minScore: 0.7 }, configurations: { all: { minScore: 0 } } },
    });
    expect(Object.keys(project?.targets ?? {})).toEqual([
      'image',
      'infer',
      'gpu-verify',
      'serve',
      'serve-ready',
      'model-info',
      'evaluate',
      'promote',
    ]);
    expect(project?.targets?.['infer']).toMatchObject({
      options: { minScore: 0.7 },
      configurations: { all: { minScore: 0 } },
    });
  });

  describe('with Dockerfiles that name other projects', () => {
    const inputs = async (name: string): Promise<readonly unknown[] | undefined> =>
      (await inferAll())[`apps/${name}`]?.namedInputs?.['tfodImages'];
    const before = async (name: string): Promise<readonly unknown[] | undefined> =>
      (await inferAll())[`apps/${name}`]?.targets?.['docker-build']?.dependsOn;

    beforeEach(() => {
      write('libs/geometry/pyproject.toml', '[project]\nname = "geometry"\n');
      write('libs/pins/project.json', '{ "name": "pins" }');
      for (const name of ['parking', 'detector', 'gate']) write(`apps/${name}/tfod.json`, '{}');
      write('apps/detector/docker/tf.Dockerfile', 'FROM base\nCOPY --from=geometry src /geometry\n');
      write('apps/detector/requirements/tf.in', '-r ../../../libs/pins/common.in\n');
      write('libs/pins/common.in', 'numpy\n');
      write('apps/parking/Dockerfile', 'FROM detector\n');
      write('apps/gate/requirements/tf.in', '-e ../../parking\n');
    });

    it('counts the files of these projects, and all that an image below is made from', async () => {
      const others = async (name: string) => (await inputs(name))?.slice(1, -2);
      expect(await others('detector')).toEqual([
        '{workspaceRoot}/libs/geometry/**/*',
        '{workspaceRoot}/libs/pins/**/*',
      ]);
      expect(await others('parking')).toEqual([
        '{workspaceRoot}/apps/detector/**/*',
        '{workspaceRoot}/libs/geometry/**/*',
        '{workspaceRoot}/libs/pins/**/*',
      ]);
      expect(await others('gate')).toEqual(['{workspaceRoot}/apps/parking/**/*']);
    });

    it('waits for images, and for nothing else', async () => {
      expect(await before('parking')).toEqual([{ projects: ['detector'], target: 'docker-build' }]);
      expect(await before('detector')).toBeUndefined();
      expect(await before('gate')).toBeUndefined();
      expect((await inferAll())['apps/parking']?.targets?.['infer']?.dependsOn).toBeUndefined();
    });

    it('makes no circle of tasks', async () => {
      write('apps/detector/Dockerfile', 'FROM runtime\nCOPY --from=parking /app /app\n');
      expect(await before('parking')).toBeUndefined();
      expect(await before('detector')).toBeUndefined();
      expect(await inputs('detector')).toContain('{workspaceRoot}/apps/parking/**/*');
    });

    describe('that are not there', () => {
      const PROJECTS = ['package', 'project', 'pyproject', 'tfod'].map((name) =>
        expect.stringMatching(new RegExp(`^{workspaceRoot}/\\*\\*/${name}\\.`)),
      );

      it.each(['gone', '@acme/gone'])('counts what could make %s mean a project', async (name) => {
        write('apps/detector/Dockerfile', `FROM runtime\nCOPY --from=${name} / /x\n`);
        expect(await inputs('detector')).toEqual(expect.arrayContaining(PROJECTS));
        expect(await inputs('parking')).toEqual(expect.arrayContaining(PROJECTS));
      });

      it.each(['busybox', 'alpine:3', 'ghcr.io/acme/x', 'scratch', 'runtime'])(
        'knows that %s is none',
        async (name) => {
          write('tfod.lock.json', JSON.stringify({ version: 1, images: { busybox: { digest: DIGEST } } }));
          write('apps/detector/Dockerfile', `FROM ${name}\n`);
          expect((await inputs('detector'))?.slice(1, -2)).toEqual([
            '{workspaceRoot}/libs/geometry/**/*',
            '{workspaceRoot}/libs/pins/**/*',
          ]);
        },
      );
    });

    describe('and a runtime', () => {
      beforeEach(() => {
        write('libs/pins/tfod.json', JSON.stringify({ kind: 'runtime', variants: ['cpu', 'gpu'] }));
        write('libs/pins/docker/base.Dockerfile', 'FROM x:1\nCOPY --from=geometry / /\n');
      });

      it('builds it, and does nothing else with it', async () => {
        const all = await inferAll(['libs/pins/tfod.json']);
        expect(Object.keys(all['libs/pins']?.targets ?? {})).toEqual(['docker-build', 'promote']);
      });

      it.each([
        [['cpu', 'gpu'], [{ projects: ['pins'], target: 'docker-build' }]],
        [['gpu'], undefined],
        [undefined, undefined],
      ])('has the variants %j wait for %j, and counts its files', async (variants, waits) => {
        write('apps/gate/tfod.json', JSON.stringify({ variants, runtime: 'pins' }));
        const { namedInputs, targets } = (await inferAll(['libs/pins/tfod.json']))['apps/gate'] ?? {};
        expect(namedInputs?.['tfodImages']?.slice(1, -2)).toEqual([
          '{workspaceRoot}/libs/geometry/**/*',
          '{workspaceRoot}/libs/pins/**/*',
        ]);
        expect(targets?.['docker-build']?.dependsOn).toEqual(waits);
      });

      it.each(['geometry', 'detector', 'nobody'])('waits for no %s in its place', async (runtime) => {
        write('apps/gate/tfod.json', JSON.stringify({ variants: ['cpu'], runtime }));
        const all = await inferAll(['libs/pins/tfod.json']);
        expect(all['apps/gate']?.targets?.['docker-build']?.dependsOn).toBeUndefined();
      });
    });

    async function inferAll(more: readonly string[] = []) {
      const files = [
        ...['parking', 'detector', 'gate'].map((name) => `apps/${name}/tfod.json`),
        'libs/geometry/pyproject.toml',
        'libs/pins/project.json',
        ...more,
      ];
      const context = { workspaceRoot, nxJsonConfiguration: {} } as CreateNodesContext;
      const results = await createNodes[1](files, {}, context);
      return Object.assign({}, ...results.map(([, { projects }]) => projects)) as NonNullable<
        (typeof results)[number][1]['projects']
      >;
    }
  });

  it('is there under both names, of which Nx 20 and 21 know only the second', () => {
    expect(createNodesV2).toBe(createNodes);
  });

  async function targetNames(): Promise<readonly string[]> {
    return Object.keys((await infer('apps/parking/tfod.json'))?.targets ?? {});
  }

  async function infer(file: string, options?: TfodPluginOptions) {
    const context = { workspaceRoot, nxJsonConfiguration: {} } as CreateNodesContext;
    const [[source, { projects }] = [undefined, {}]] = await createNodes[1]([file], options, context);
    expect(source).toBe(file);
    return projects?.[dirname(file)];
  }

  function write(path: string, text: string) {
    mkdirSync(dirname(join(workspaceRoot, path)), { recursive: true });
    writeFileSync(join(workspaceRoot, path), text);
  }
});

it('infers only targets whose executors exist', () => {
  const { executors } = JSON.parse(readFileSync(join(__dirname, '../../executors.json'), 'utf8'));
  expect(Object.keys(executors)).toEqual(expect.arrayContaining(Object.values(TARGETS)));
});
