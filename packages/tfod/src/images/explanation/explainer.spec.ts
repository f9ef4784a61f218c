import type { EngineImage } from '../../engine/engine';
import { aFolder } from '../../testing/a-folder';
import { chainFacts, imageFacts, PINNED, PYTHON, type FactsOverrides } from '../../testing/image-facts';
import { digestOf, type Digest } from '../../values/digest';
import { parseRepository } from '../../values/image-ref';
import { chainOf } from '../chain';
import type { Image } from '../image';
import type { Key } from '../key';
import { keptName, type KeptRecords } from '../kept-records';
import { keptRecord } from '../records/kept-record';
import { RECORD_LABEL, recordLabel } from '../records/record-text';
import { causeLines } from './cause-text';
import { Explainer } from './explainer';

type Overrides = Readonly<Record<string, FactsOverrides>>;

function chain(overrides: Overrides = {}, pin: Digest = PINNED, repository = 'parking'): Image[] {
  return chainOf({
    facts: chainFacts(overrides),
    pins: new Map([[PYTHON, pin]]),
    repository: parseRepository(repository),
    tags: [],
  });
}

const NOTHING: KeptRecords = { last: {}, find: () => undefined };

/** What a machine keeps of these images, the last of which are those of this checkout. */
function kept(...states: readonly (readonly Image[])[]): KeptRecords {
  const all = states.flat();
  return {
    last: Object.fromEntries((states.at(-1) ?? []).map((image) => [keptName(image), image.key])),
    find: (key) => all.filter((image) => image.key === key).map(keptRecord)[0],
  };
}

function inEngine(image: Image): EngineImage {
  const { name, platform, refs } = image;
  const labels = { ...image.labels, [RECORD_LABEL]: recordLabel(keptRecord(image)) ?? '' };
  return { id: `sha256:${name}`, refs, labels, platform, bytes: 1 };
}

/** Why the last image of `after` is not that of `before`, which the engine has and this checkout built. */
function told(before: readonly Image[], after: readonly Image[]): string[] {
  const explainer = new Explainer({ images: after, present: before.map(inEngine), kept: kept(before) });
  return causeLines(explainer.explain(after.at(-1) as Image).causes);
}

describe('Explainer', () => {
  it('is silent when nothing changed', () => expect(told(chain(), chain())).toEqual([]));

  it('tells each kind of input', () => {
    const wheel = (content: string) => ({
      'tfod-runtime': { root: '/w', tree: imageFacts('base', { files: { 'r.whl': content } }).context.tree },
    });
    const before = chain({
      'service-cpu': {
        dockerfile: 'FROM runtime\nENV A=1\nENV B=1\n',
        files: { 'a.py': '1', 'b.py': '1' },
        args: { MODEL: 'demo', OLD: 'x' },
        named: wheel('1'),
      },
    });
    const after = chain({
      'service-cpu': {
        dockerfile: '# comment\nFROM runtime\n\nENV A=2\nENV B=1\nENV C=1\n',
        files: { 'a.py': '2', 'c.py': '1' },
        args: { MODEL: 'big', NEW: 'y' },
        named: wheel('2'),
      },
    });
    expect(told(before, after)).toEqual([
      'Dockerfile lines 4, 6 changed',
      'build argument MODEL: demo → big',
      'build argument NEW: none → y',
      'build argument OLD: x → none',
      'a.py changed',
      'b.py removed',
      'c.py added',
      'tfod-runtime: r.whl changed',
    ]);
  });

  it('follows a pin down the chain', () => {
    const [newer, older] = [digestOf('newer').slice(0, 19), PINNED.slice(0, 19)];
    expect(told(chain(), chain({}, digestOf('newer')))).toEqual([
      `tf ← base: ${PYTHON}: ${older} → ${newer}`,
    ]);
  });

  it('tells an instruction that is gone, and one that only moved', () => {
    const dockerfile = (text: string): Overrides => ({ 'service-cpu': { dockerfile: text } });
    const before = chain(dockerfile('FROM runtime\nENV A=1\nENV B=1\n'));
    expect(told(before, chain(dockerfile('FROM runtime\nENV B=1\n')))).toEqual([
      'Dockerfile lost an instruction',
    ]);
    expect(told(before, chain(dockerfile('FROM runtime\nENV B=1\nENV A=1\n')))).toEqual([
      'Dockerfile line 3 changed',
    ]);
  });

  it('tells a mode, a link and an empty folder from content', () => {
    const tree = (...entries: object[]) =>
      chain({ 'service-cpu': { context: { root: '/w', tree: { entries: entries as never } } } });
    const file = { path: 'a', type: 'file', digest: digestOf('1'), size: 1, executable: false };
    expect(told(tree(file), tree({ ...file, executable: true }))).toEqual(['a is executable or is no more']);
    const link = (target: string) => ({ path: 'a', type: 'link', target });
    expect(told(tree(link('b')), tree(link('c')))).toEqual(['a changed']);
    expect(told(tree(), tree({ path: 'a', type: 'directory' }))).toEqual(['a added']);
  });

  it('counts the files that are too many to name', () => {
    const files = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`${name}.py`, '1']));
    expect(told(chain(), chain({ 'service-cpu': { files } }))).toEqual([
      'a.py added',
      'b.py added',
      'c.py added',
      '2 more files changed',
    ]);
  });

  it('names the packages of a lock file that changed', () => {
    const locked = (tensorflow: string): Image[] => {
      const text = `tensorflow==${tensorflow} \\\n    --hash=sha256:${'ab'.repeat(32)}\nnumpy==2.2.0 --hash=sha256:${'cd'.repeat(32)}\n`;
      const root = aFolder({ 'requirements/tf.lock': text });
      const { tree } = imageFacts('tf', { files: { 'requirements/tf.lock': text } }).context;
      return chain({ tf: { context: { root, tree } } });
    };
    expect(told(locked('2.20.0'), locked('2.21.0'))).toEqual([
      'tf: requirements/tf.lock changed (tensorflow 2.20.0 → 2.21.0)',
    ]);
  });

  it('compares with the image of the engine that differs least, where this checkout has built none', () => {
    const code = (text: string, base = '1'): Image[] =>
      chain({ base: { files: { 'base.txt': base } }, 'service-cpu': { files: { 'a.py': text } } });
    const states = [code('1', 'old'), code('2'), code('3')];
    const after = code('3', 'old');
    const explainer = new Explainer({ images: after, present: states.flat().map(inEngine), kept: NOTHING });
    const { nearest, causes } = explainer.explain(after.at(-1) as Image);
    const expected = [states[0]?.at(-1)?.key, states[2]?.at(-1)?.key].sort()[0];
    expect(nearest).toMatchObject({ from: 'the engine', key: expected });
    expect(causeLines(causes)).toEqual(
      expected === states[0]?.at(-1)?.key ? ['a.py changed'] : ['tf ← base: base.txt changed'],
    );
  });

  it('takes no image of another service, and no label that is not of its key', () => {
    const after = chain({ 'service-cpu': { files: { 'a.py': '2' } } });
    const service = after.at(-1) as Image;
    const others = chain({}, PINNED, 'plates').map(inEngine);
    expect(new Explainer({ images: after, present: others, kept: NOTHING }).explain(service)).toEqual({
      causes: [],
    });
    const forged = chain().map((image) => {
      const there = inEngine(image);
      const other = recordLabel(keptRecord(service)) ?? '';
      return { ...there, labels: { ...there.labels, [RECORD_LABEL]: other } };
    });
    expect(new Explainer({ images: after, present: forged, kept: NOTHING }).explain(service)).toEqual({
      causes: [],
    });
  });

  it('says so when nothing tells what a parent was made from', () => {
    const before = chain();
    const after = chain({ base: { files: { 'base.txt': '1' } } });
    const present = before.filter(({ role }) => role === 'service').map(inEngine);
    const explainer = new Explainer({ images: after, present, kept: NOTHING });
    expect(causeLines(explainer.explain(after.at(-1) as Image).causes, 'parking')).toEqual([
      'parking ← tf: another image, and nothing here tells from what the one before was made',
    ]);
  });

  it('compares with any image of the past that it is asked for', () => {
    const [first, second, after] = ['1', '2', '3'].map((text) =>
      chain({ 'service-cpu': { files: { 'a.py': text } } }),
    ) as [Image[], Image[], Image[]];
    const service = after.at(-1) as Image;
    const explainer = new Explainer({ images: after, present: [], kept: kept(first, second) });
    const asked = explainer.explainSince(service, first.at(-1)?.key as Key);
    expect(asked?.nearest).toEqual({ key: first.at(-1)?.key, from: '--since' });
    expect(causeLines(asked?.causes ?? [])).toEqual(['a.py changed']);
    expect(explainer.explainSince(service, 'ab'.repeat(32) as Key)).toBeUndefined();
  });
});
