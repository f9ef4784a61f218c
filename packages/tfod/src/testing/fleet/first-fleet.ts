import { digestOf } from '../../values/digest';
import { parseRepository } from '../../values/image-ref';
import type { Fleet, FleetService, IgnoreLine, Line, Node, Project } from './fleet';

export const PYTHON = 'python:3.13-slim-trixie';

const LOCK = `numpy==2.2.0 --hash=sha256:${'ab'.repeat(32)}`;

const file = (text: string, mode = 0o644): Node => ({ type: 'file', text: `${text}\n`, mode });
const ignore = (kind: IgnoreLine['kind'], text: string, negated = false): IgnoreLine => ({
  kind,
  text,
  negated,
});

/** Files that every service has, of each kind that an image can be made from. */
const NODES: Readonly<Record<string, Node>> = {
  'README.md': file('A service'),
  'docker/packages.txt': file('curl'),
  'docker/tools/install.sh': file('true', 0o755),
  'requirements/tf.lock': file(LOCK),
  'requirements/gpu.lock': file(`${LOCK}\n# gpu`),
  'models/demo/model.json': file('{ "name": "demo" }'),
  'models/demo/labels.pbtxt': file("item { id: 1 name: 'car' }"),
  'models/demo/saved_model/saved_model.pb': file('weights'),
  'models/other/model.json': file('{ "name": "other" }'),
  'models/other/labels.pbtxt': file("item { id: 1 name: 'dog' }"),
  'models/other/saved_model/saved_model.pb': file('other weights'),
  'src/app/detect.py': file('print("detect")'),
  'src/app/draw.py': file('print("draw")'),
  'src/app/drawing': { type: 'link', target: 'draw.py' },
  'src/app/notes.md': file('to do'),
  'src/run.sh': file('python -m app', 0o755),
  'conf/a.json': file('{}'),
  'conf/b.json': file('{ "b": 1 }'),
  'conf/b.yaml': file('b: 1'),
  'releases/one/data.txt': file('one'),
  'releases/two/data.txt': file('two'),
  current: { type: 'link', target: 'releases/one' },
  'tests/test_detect.py': file('assert True'),
};

const IGNORES: Project['ignores'] = {
  '.dockerignore': [
    ignore('path', 'tests'),
    ignore('ending', '.md'),
    ignore('path', 'src/app/notes.md', true),
    ignore('ending', '.tmp'),
  ],
};

const base: readonly Line[] = [
  { kind: 'from', base: PYTHON },
  { kind: 'copy', source: 'docker/packages.txt' },
  { kind: 'run', text: 'base' },
];

const runtimeFiles = (lock: string): readonly Line[] => [
  { kind: 'from', base: 'base' },
  { kind: 'arg', name: 'LEVEL', value: '1' },
  { kind: 'bind', source: `requirements/${lock}.lock` },
];

/** A stage that is used, one that is not, and every way to name files. */
const service = (...further: readonly Line[]): readonly Line[] => [
  { kind: 'from', base: 'runtime', as: 'tools' },
  { kind: 'copy', source: 'docker/tools/' },
  { kind: 'from', base: 'runtime', as: 'unused' },
  { kind: 'copy', source: 'tests/' },
  { kind: 'from', base: 'runtime' },
  { kind: 'arg', name: 'MODEL', value: 'demo' },
  { kind: 'copy', source: '*.whl', from: 'tfod-runtime' },
  { kind: 'copy', source: 'models/${MODEL}/' },
  { kind: 'copy', source: 'conf/*.json' },
  { kind: 'copy', source: 'current' },
  ...further,
  { kind: 'copy', source: 'src/' },
  { kind: 'copy', source: '/files', from: 'tools' },
];

function aService(
  image: string,
  { further = [], ...choices }: Partial<FleetService> & { further?: readonly Line[] },
): Project {
  return {
    root: `apps/${image}`,
    nodes: new Map(Object.entries(NODES)),
    ignores: IGNORES,
    service: {
      image: `acme/${image}`,
      variants: ['cpu'],
      model: 'demo',
      dockerfiles: {
        'docker/base.Dockerfile': base,
        'docker/tf.Dockerfile': runtimeFiles('tf'),
        'docker/gpu.Dockerfile': runtimeFiles('gpu'),
        Dockerfile: service(...further),
      },
      ...choices,
    },
  };
}

function aLibrary(name: string, nodes: Readonly<Record<string, Node>>): Project {
  return {
    root: `libs/${name}`,
    nodes: new Map(Object.entries(nodes)),
    ignores: { '.dockerignore': [ignore('ending', '.tmp')] },
  };
}

/** The image of another service stands below the one of this. */
const ON_PARKING: readonly Line[] = [
  { kind: 'from', base: 'parking' },
  { kind: 'arg', name: 'SITE', value: 'north' },
  { kind: 'copy', source: 'src/' },
];

/**
 * Where every run of edits starts: services with equal and with other runtimes, libraries that are copied and
 * mounted, and a service that stands on the image of another.
 */
export function firstFleet(): Fleet {
  const copied: Line = { kind: 'copy', source: 'src/', from: 'geometry' };
  const mounted: Line = { kind: 'bind', source: 'tables', from: 'imaging' };
  return {
    projects: {
      parking: aService('parking', { variants: ['cpu', 'gpu'], further: [copied] }),
      market: aService('market', { further: [copied, mounted] }),
      street: aService('street', { further: [{ kind: 'arg', name: 'LEVEL', value: '2' }, mounted] }),
      garage: withDockerfile(aService('garage', {}), ON_PARKING),
      geometry: aLibrary('geometry', {
        'src/shapes.py': file('print("shapes")'),
        'src/lines.py': file('print("lines")'),
        'README.md': file('Not copied'),
      }),
      imaging: aLibrary('imaging', {
        'tables/gamma.txt': file('2.2'),
        'tables/deep/white.txt': file('6500'),
        'src/imaging.py': file('not copied'),
      }),
    },
    pins: { [PYTHON]: digestOf('python') },
    buildArgs: {},
    registry: parseRepository('registry.example'),
    wheel: 'wheel',
  };
}

function withDockerfile(project: Project, Dockerfile: readonly Line[]): Project {
  const { service: before } = project;
  if (before === undefined) return project;
  return { ...project, service: { ...before, dockerfiles: { ...before.dockerfiles, Dockerfile } } };
}
