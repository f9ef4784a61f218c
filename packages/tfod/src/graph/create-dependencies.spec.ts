import type { CreateDependenciesContext, FileData, RawProjectGraphDependency } from '@nx/devkit';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createDependencies, createNodes } from '../plugin';
import { aFolder } from '../testing/a-folder';

const FILES = {
  'apps/parking/tfod.json': '{ "variants": ["cp',
  'apps/parking/docker/base.Dockerfile': 'FROM python:3.13-slim\n',
  'apps/parking/docker/tf.Dockerfile': 'FROM base\nCOPY requirements/tf.lock /\n',
  'apps/parking/Dockerfile': [
    'FROM tools AS tools',
    'FROM unused AS never-needed',
    'FROM runtime',
    'COPY --from=geometry src/ /app/geometry/',
    'COPY --from=tools / /tools/',
    'COPY --from=parking /app /app',
    'RUN --mount=type=bind,from=tfod-runtime,target=/wheel --mount=from=data,target=/data pip install /wheel/*.whl',
  ].join('\n'),
  'apps/parking/requirements/tf.in': 'numpy\n-r ../../../libs/pins/common.in\n-e ./local\n',
  'apps/parking/requirements/local/setup.py': '',
  'apps/detector/tfod.json': '{}',
  'apps/detector/docker/gpu.Dockerfile': 'FROM base\nCOPY --from=parking /app /app\n',
  'apps/web/Dockerfile': 'FROM geometry\n',
  'libs/geometry/src/area.py': '',
  'libs/pins/common.in': 'numpy<3\n',
  'libs/tools/run.sh': '',
  'libs/data/a.csv': '',
  'libs/unused/a': '',
  'runtime/a': '',
};
const PROJECTS = {
  parking: 'apps/parking',
  detector: 'apps/detector',
  web: 'apps/web',
  geometry: 'libs/geometry',
  pins: 'libs/pins',
  tools: 'libs/tools',
  data: 'libs/data',
  unused: 'libs/unused',
  runtime: 'runtime',
};
const EDGES = [
  'detector → parking by apps/detector/docker/gpu.Dockerfile',
  'parking → data by apps/parking/Dockerfile',
  'parking → geometry by apps/parking/Dockerfile',
  'parking → pins by apps/parking/requirements/tf.in',
  'parking → tools by apps/parking/Dockerfile',
];

describe('createDependencies', () => {
  let root: string;
  beforeEach(() => (root = aFolder(FILES)));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  async function edges(projects: Readonly<Record<string, string>> = PROJECTS): Promise<readonly string[]> {
    const found = await createDependencies({}, context(projects));
    expect(new Set(found.map(({ type }) => type))).toEqual(new Set(found.length > 0 ? ['static'] : []));
    return found.map(told).sort();
  }

  function context(projects: Readonly<Record<string, string>>): CreateDependenciesContext {
    const list = (folder: string): FileData[] =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
        .map((file) => ({ file, hash: '' }));
    const entries = Object.entries(projects);
    return {
      workspaceRoot: root,
      projects: Object.fromEntries(entries.map(([name, folder]) => [name, { root: folder }])),
      fileMap: {
        projectFileMap: Object.fromEntries(entries.map(([name, folder]) => [name, list(folder)])),
        nonProjectFiles: [],
      },
      // What Nx believes has changed since the last time: nothing.
      filesToProcess: { projectFileMap: {}, nonProjectFiles: [] },
      externalNodes: {},
      nxJsonConfiguration: {},
    };
  }

  const told = (edge: RawProjectGraphDependency): string =>
    `${edge.source} → ${edge.target} by ${'sourceFile' in edge ? edge.sourceFile : 'nothing'}`;

  it('finds what the files of services name, and no name of the chain, of a stage or of its own', async () => {
    expect(await edges()).toEqual(EDGES);
  });

  it('finds a project that came later, one that has a new name, and none that went', async () => {
    const { geometry, pins, ...rest } = PROJECTS;
    expect(await edges(rest)).toEqual(EDGES.filter((edge) => !/geometry|pins/.test(edge)));
    expect(await edges({ ...rest, geometry, constraints: pins })).toEqual(
      EDGES.map((edge) => edge.replace('→ pins', '→ constraints')).sort(),
    );
    expect(await edges({ ...rest, shapes: geometry, pins })).toEqual(
      EDGES.filter((edge) => !edge.includes('geometry')),
    );
  });

  it.each(['', 'FRM x', 'FROM', 'FROM runtime\nCOPY --from=', 'FROM a\nCOPY <<E /\n', '\0', 'FROM ${'])(
    'lives with a Dockerfile that holds %j',
    async (text) => {
      write('apps/parking/Dockerfile', text);
      expect(await edges()).toEqual(EDGES.filter((edge) => !edge.endsWith('parking/Dockerfile')));
    },
  );

  it('knows a file again that was malformed in a line that names nothing', async () => {
    const text = (label: string) => `FROM runtime\nCOPY --from=geometry / /once/\nLABEL ${label}\n`;
    write('apps/parking/Dockerfile', text('x'));
    await edges();
    write('apps/parking/Dockerfile', text('x=1'));
    expect(await edges()).toContain('parking → geometry by apps/parking/Dockerfile');
  });

  it('finds the runtime that a service names, whatever it is called, by its tfod.json', async () => {
    write('apps/parking/tfod.json', '{ "runtime": "runtime" }');
    write('apps/detector/tfod.json', '{ "runtime": "gone" }');
    expect(await edges()).toEqual([
      'parking → data by apps/parking/Dockerfile',
      'parking → geometry by apps/parking/Dockerfile',
      'parking → runtime by apps/parking/tfod.json',
      'parking → tools by apps/parking/Dockerfile',
    ]);
    expect(await edges({ ...PROJECTS, gone: 'runtime' })).toContain(
      'detector → gone by apps/detector/tfod.json',
    );
  });

  it('finds what a runtime is made from', async () => {
    write('libs/tools/tfod.json', '{ "kind": "runtime" }');
    write('libs/tools/docker/tf.Dockerfile', 'FROM base\nCOPY --from=data / /data/\n');
    write('libs/tools/Dockerfile', 'FROM geometry\n');
    expect(await edges()).toEqual([...EDGES, 'tools → data by libs/tools/docker/tf.Dockerfile']);
  });

  it('finds what the build arguments in files, the model and the platform choose', async () => {
    const targets = { 'docker-build': { configurations: { eu: { buildArgs: { LIB: 'geometry' } } } } };
    write('nx.json', JSON.stringify({ targetDefaults: { image: { options: { buildArgs: ['LIB=pins'] } } } }));
    write('apps/parking/project.json', JSON.stringify({ targets }));
    write('apps/parking/tfod.json', '{ "model": "data" }');
    write(
      'apps/parking/Dockerfile',
      'ARG LIB=scratch\nARG MODEL=x\nFROM ${LIB}\nFROM ${MODEL}\nFROM tools-${TARGETARCH}\nCOPY --from=0 / /\nCOPY --from=1 / /\n',
    );
    const { tools, ...rest } = PROJECTS;
    const found = await edges({ ...rest, 'tools-amd64': tools, 'tools-arm64': 'libs/unused' });
    expect(found.filter((edge) => edge.endsWith('parking/Dockerfile'))).toEqual(
      ['data', 'geometry', 'pins', 'tools-amd64', 'tools-arm64'].map(
        (name) => `parking → ${name} by apps/parking/Dockerfile`,
      ),
    );
  });

  it('reads anew when no nodes were made before', async () => {
    const context = { workspaceRoot: root, nxJsonConfiguration: {} };
    await createNodes[1](['apps/parking/tfod.json'], {}, context);
    expect(await edges()).toEqual(EDGES);
    write('apps/parking/Dockerfile', 'FROM runtime\n');
    expect(await edges()).toEqual(EDGES.filter((edge) => !edge.endsWith('parking/Dockerfile')));
  });

  it('leaves out files that Nx does not see', async () => {
    write('apps/web/tfod.json', '{}');
    expect(await edges()).toContain('web → geometry by apps/web/Dockerfile');
    const ignored = context(PROJECTS);
    ignored.fileMap.projectFileMap['web'] = [{ file: 'apps/web/tfod.json', hash: '' }];
    expect((await createDependencies({}, ignored)).map(told).sort()).toEqual(EDGES);
  });
});
