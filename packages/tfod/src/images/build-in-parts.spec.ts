import type { BuildOutcome, StepFailure } from '../engine/engine';
import { buildInParts, patient } from './build-in-parts';
import type { Image } from './image';

const image = (name: string, ...parents: string[]): Image =>
  ({ name, parents: Object.fromEntries(parents.map((parent) => [parent, parent])) }) as unknown as Image;

const CHAIN = [
  image('base'),
  image('tf', 'base'),
  image('gpu', 'base'),
  image('service-cpu', 'tf'),
  image('service-gpu', 'gpu'),
];
const FAILURE: StepFailure = { step: '1/1 RUN false', error: 'exit code: 1', tail: [] };

/** A builder in which some images cannot be built; it stops at the first it meets, as bake does. */
function builder(broken: readonly string[], { names = true } = {}) {
  const calls: string[][] = [];
  const build = async (wanted: readonly string[]): Promise<BuildOutcome> => {
    calls.push([...wanted]);
    const [first] = wanted.filter((name) => broken.includes(name));
    if (first === undefined) return { ok: true };
    return { ok: false, message: 'ERROR: failed', failures: names ? new Map([[first, FAILURE]]) : new Map() };
  };
  return { build, calls };
}

describe('buildInParts', () => {
  it('asks once when all goes well', async () => {
    const { build, calls } = builder([]);
    expect(await buildInParts(CHAIN, build)).toEqual(new Map());
    expect(calls).toEqual([['base', 'tf', 'gpu', 'service-cpu', 'service-gpu']]);
  });

  it('goes on without what failed and what stands on it', async () => {
    const { build, calls } = builder(['gpu']);
    expect(await buildInParts(CHAIN, build)).toEqual(
      new Map<string, unknown>([
        ['gpu', { failure: FAILURE }],
        ['service-gpu', { parent: 'gpu' }],
      ]),
    );
    expect(calls.at(-1)).toEqual(['base', 'tf', 'service-cpu']);
  });

  it('ends when the first image of all fails', async () => {
    const { build, calls } = builder(['base']);
    expect([...(await buildInParts(CHAIN, build)).keys()]).toEqual([
      'base',
      'tf',
      'gpu',
      'service-cpu',
      'service-gpu',
    ]);
    expect(calls).toHaveLength(1);
  });

  it('finds several failures one after the other', async () => {
    const { build } = builder(['tf', 'service-gpu']);
    expect([...(await buildInParts(CHAIN, build))].map(([name, why]) => [name, Object.keys(why)[0]])).toEqual(
      [
        ['tf', 'failure'],
        ['service-cpu', 'parent'],
        ['service-gpu', 'failure'],
      ],
    );
  });

  it('tries one by one when the builder does not say which failed', async () => {
    const { build, calls } = builder(['tf'], { names: false });
    expect(await buildInParts(CHAIN, build)).toEqual(
      new Map<string, unknown>([
        ['tf', { failure: { step: '', error: 'ERROR: failed', tail: [] } }],
        ['service-cpu', { parent: 'tf' }],
      ]),
    );
    expect(calls.slice(1)).toEqual([['base'], ['tf'], ['gpu'], ['service-gpu']]);
  });
});

describe('patient', () => {
  const LOST =
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: only one connection allowed"';
  const lost: StepFailure = { step: '[internal] load build context', error: LOST, tail: [] };

  /** Fails as often as there are outcomes, and succeeds then. */
  function failing(...outcomes: readonly BuildOutcome[]) {
    const left = [...outcomes];
    let [builds, losses] = [0, 0];
    const build = patient(
      async () => {
        builds++;
        return left.shift() ?? { ok: true };
      },
      () => losses++,
    );
    return { build, counts: () => ({ builds, losses }) };
  }

  it.each<[string, BuildOutcome]>([
    ['of one image', { ok: false, message: 'ERROR', failures: new Map([['tf', lost]]) }],
    ['of all', { ok: false, message: `ERROR: failed to receive status: ${LOST}`, failures: new Map() }],
    ['by a session', { ok: false, message: 'ERROR: no active sessions', failures: new Map() }],
  ])('tries again when the connection was lost: %s', async (_, outcome) => {
    const { build, counts } = failing(outcome, outcome);
    expect(await buildInParts(CHAIN, build)).toEqual(new Map());
    expect(counts()).toEqual({ builds: 3, losses: 2 });
  });

  it('gives up after three times, and says what the builder said', async () => {
    const outcome: BuildOutcome = { ok: false, message: 'ERROR', failures: new Map([['gpu', lost]]) };
    const { build, counts } = failing(outcome, outcome, outcome);
    expect(await buildInParts(CHAIN, build)).toEqual(
      new Map<string, unknown>([
        ['gpu', { failure: lost }],
        ['service-gpu', { parent: 'gpu' }],
      ]),
    );
    expect(counts()).toEqual({ builds: 4, losses: 2 });
  });

  it('does not try a step that failed once more', async () => {
    const outcome: BuildOutcome = { ok: false, message: 'ERROR', failures: new Map([['gpu', FAILURE]]) };
    const { build, counts } = failing(outcome);
    await buildInParts(CHAIN, build);
    expect(counts()).toEqual({ builds: 2, losses: 0 });
  });
});
