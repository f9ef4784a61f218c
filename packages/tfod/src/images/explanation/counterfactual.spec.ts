import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readService } from '../../service/read-service';
import { FakeEngine } from '../../testing/fake-engine';
import { numbersFrom } from '../../testing/random-numbers';
import { TinyWorkspace } from '../../testing/tiny-service';
import { digestOf } from '../../values/digest';
import { ensureImages } from '../ensure-images';
import type { Key } from '../key';
import type { PlannedImage } from '../plan';
import { planService } from '../plan-service';
import { plainRequest, type ImagesRequest, type Machine } from '../request';
import type { Cause, OwnCause } from './cause';

/** What can be edited, by a name: the text of a file, `x` before it when it is executable; nothing when it is absent. */
type State = ReadonlyMap<string, string>;

const PYTHON = 'python:3.13-slim-trixie';
const PROJECTS = new Map([
  ['parking', 'apps/parking'],
  ['geometry', 'libs/geometry'],
]);

const MORE = 'apps/parking/src/parking/more.py';
const IGNORE = 'apps/parking/.dockerignore';

/** What the random edits choose from, each of a few states, so that they come back to where they were. */
const CHOICES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  'apps/parking/src/parking/detect.py': ['print(1)', 'print(2)', 'xprint(1)'],
  [MORE]: [undefined, 'a = 1', 'a = 2'],
  'apps/parking/src/tool.py': [undefined, 'b = 1', 'xb = 1'],
  'apps/parking/docker/base.txt': ['1', '2'],
  'apps/parking/docker/base.Dockerfile': ['A=1', 'A=2', 'B=1'].map(
    (env) => `FROM ${PYTHON}\nENV ${env}\nCOPY docker/base.txt /base.txt\n`,
  ),
  'apps/parking/requirements/tf.lock': ['2.20.0', '2.21.0'].map(
    (version) => `tensorflow==${version} --hash=sha256:${'ab'.repeat(32)}\n`,
  ),
  'apps/parking/Dockerfile': ['', 'ENV A=1\n', '# only a comment\n'].map(
    (line) =>
      `FROM runtime\n${line}ARG LEVEL=0\nCOPY --from=geometry src/ /geometry/\nCOPY src/ /app/\nCOPY --from=tfod-runtime *.whl /wheel/\n`,
  ),
  [IGNORE]: ['README.md\n', 'src/parking/more.py\n', '# other words\n'],
  'libs/geometry/src/area.py': ['AREA = 1', 'AREA = 2'],
  'tfod.lock.json': ['1', '2'].map((version) =>
    JSON.stringify({ version: 1, images: { [PYTHON]: { digest: digestOf(version) } } }),
  ),
  LEVEL: ['1', '2'],
};
const NAMES = Object.keys(CHOICES);

describe('the causes that a plan names', () => {
  let workspace: TinyWorkspace;
  let fake: FakeEngine;

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking');
    fake = new FakeEngine();
  });
  afterEach(() => workspace.dispose());

  const machine = (): Machine => ({
    engine: fake.engine,
    env: { TFOD_CACHE_DIR: workspace.cacheFolder },
    report: () => undefined,
    verbose: false,
    wheelFolder: workspace.wheelFolder,
  });

  async function request(state: State): Promise<ImagesRequest> {
    const service = await readService(workspace.root, { name: 'parking', root: 'apps/parking' });
    const buildArgs = { LEVEL: state.get('LEVEL') ?? '' };
    return plainRequest(workspace.root, service, {}, { projects: PROJECTS, buildArgs });
  }

  function put(state: State): void {
    for (const name of NAMES.filter((each) => each !== 'LEVEL')) {
      const text = state.get(name);
      if (text === undefined) workspace.remove(name);
      else workspace.write(name, text.replace(/^x/, ''));
      if (text !== undefined) chmodSync(join(workspace.root, name), text.startsWith('x') ? 0o755 : 0o644);
    }
  }

  /** The image of the service as it is planned in a state. */
  async function planned(state: State): Promise<PlannedImage> {
    put(state);
    const { plan } = await planService(await request(state), machine());
    return plan.at(-1) as PlannedImage;
  }

  it.each([
    ['what the machine keeps', 1, false],
    ['the images alone', 2, true],
  ])(
    'are the fewest that make the build go away when they are put back, told from %s',
    async (_, seed, forgets) => {
      const below = numbersFrom(seed);
      const built = new Map<Key, State>();
      let state: State = new Map(
        NAMES.flatMap((name) => (CHOICES[name]?.[0] ? [[name, CHOICES[name][0]]] : [])),
      );
      let explained = 0;
      for (let step = 0; step < 40; step++) {
        for (let edit = below(3); edit >= 0; edit--) state = edited(state, below);
        if (forgets) {
          workspace.remove('dist');
          rmSync(join(workspace.cacheFolder, 'records'), { recursive: true, force: true });
        }
        const { image, verdict, explanation } = await planned(state);
        const nearest = built.get(explanation?.nearest?.key as Key);
        if (verdict === 'build' && nearest !== undefined) {
          explained += 1;
          const named = [...new Set((explanation?.causes ?? []).flatMap((cause) => inputsOf(cause)))];
          expect(named).not.toEqual([]);
          const restored = await planned(withInputs(state, named, nearest));
          expect(restored).toMatchObject({ verdict: 'present', image: { key: explanation?.nearest?.key } });
          for (const kept of named) {
            const others = named.filter((name) => name !== kept);
            expect((await planned(withInputs(state, others, nearest))).image.key).not.toBe(
              restored.image.key,
            );
          }
          put(state);
        }
        await ensureImages(await request(state), machine());
        built.set(image.key, state);
      }
      expect(explained).toBeGreaterThan(10);
    },
    60_000,
  );
});

function edited(state: State, below: (limit: number) => number): State {
  const name = NAMES[below(NAMES.length)] ?? '';
  const choices = CHOICES[name] ?? [];
  const text = choices[below(choices.length)];
  const others = [...state].filter(([each]) => each !== name);
  return new Map(text === undefined ? others : [...others, [name, text]]);
}

/** Whether an image sees a file is up to the .dockerignore as well, and only MORE ever stands in it. */
function withInputs(state: State, names: readonly string[], before: State): State {
  const isPutBack = (name: string): boolean => names.includes(name === IGNORE ? MORE : name);
  const others = [...state].filter(([name]) => !isPutBack(name));
  return new Map([...others, ...[...before].filter(([name]) => isPutBack(name))]);
}

/** What must be put back for a cause, by its name among the choices. */
function inputsOf(cause: Cause): string[] {
  return cause.input === 'parent' ? (cause.causes ?? []).flatMap(inputsOf) : [inputOf(cause)];
}

function inputOf(cause: OwnCause): string {
  switch (cause.input) {
    case 'argument':
      return cause.name;
    case 'pin':
      return 'tfod.lock.json';
    case 'dockerfile':
      return `apps/parking/${cause.path}`;
    case 'file':
      return cause.project === 'geometry' ? `libs/geometry/${cause.path}` : `apps/parking/${cause.path}`;
    default:
      throw new Error(`nobody edits the ${cause.input}`);
  }
}
