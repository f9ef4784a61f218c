import { imageFacts, PINNED, PYTHON, type FactsOverrides } from '../testing/image-facts';
import { digestOf, type Digest } from '../values/digest';
import { parseRepository } from '../values/image-ref';
import { chainOf } from './chain';
import { changesSince } from './changes';
import type { Image } from './image';
import { formatKeptRecords, keptRecord, parseKeptRecords } from './kept-records';

const NAMES = ['a.py', 'b.py', 'c.py', 'd.py', 'e.py'];

function base(overrides: FactsOverrides = {}, pin: Digest = PINNED): Image {
  const pins = new Map([[PYTHON, pin]]);
  const facts = [imageFacts('base', overrides)];
  return chainOf({ facts, pins, repository: parseRepository('parking'), tags: [] })[0] as Image;
}

const since = (before: Image, after: Image): string[] =>
  changesSince(after, keptRecord(before), () => undefined);

describe('changesSince', () => {
  it('is silent when nothing changed', () => expect(since(base(), base())).toEqual([]));

  it('tells each kind of change', () => {
    const wheel = (content: string) => ({
      'tfod-runtime': { root: '/w', tree: imageFacts('base', { files: { 'r.whl': content } }).context.tree },
    });
    const before = base({
      files: { 'a.py': '1', 'b.py': '1' },
      args: { MODEL: 'demo', OLD: 'x' },
      named: wheel('1'),
    });
    const after = base(
      {
        dockerfile: 'FROM x',
        files: { 'a.py': '2', 'c.py': '1' },
        args: { MODEL: 'big', NEW: 'y' },
        named: wheel('2'),
      },
      digestOf('newer'),
    );
    expect(since(before, after)).toEqual([
      'apps/parking/docker/base.Dockerfile changed',
      'build argument MODEL: demo → big',
      'build argument NEW: none → y',
      'build argument OLD: x → none',
      'a.py changed',
      'b.py removed',
      'c.py added',
      'tfod-runtime: r.whl changed',
      `${PYTHON} is now ${digestOf('newer').slice(0, 19)}`,
    ]);
  });

  it('counts the files that are too many to name', () => {
    const files = Object.fromEntries(NAMES.map((name) => [name, '1']));
    expect(since(base(), base({ files }))).toEqual([
      'a.py added',
      'b.py added',
      'c.py added',
      '2 more files changed',
    ]);
  });

  it('tells a mode, a link and an empty folder from content', () => {
    const tree = (...entries: object[]) =>
      base({ context: { root: '/w', tree: { entries: entries as never } } });
    const file = { path: 'a', type: 'file', digest: digestOf('1'), size: 1 };
    expect(since(tree({ ...file, executable: false }), tree({ ...file, executable: true }))).toEqual([
      'a changed',
    ]);
    expect(
      since(tree({ path: 'a', type: 'link', target: 'b' }), tree({ path: 'a', type: 'link', target: 'c' })),
    ).toEqual(['a changed']);
    expect(since(tree(), tree({ path: 'a', type: 'directory' }))).toEqual(['a added']);
  });
});

describe('kept records', () => {
  it('are read back as they were written', () => {
    const records = { 'base linux/amd64': keptRecord(base({ files: { a: '1' } })) };
    expect(parseKeptRecords(formatKeptRecords(records))).toEqual(records);
  });

  it.each(['', '{"version":1,"rec', '{"version":0,"records":{}}', 'null', '[]'])('are none in %j', (text) => {
    expect(parseKeptRecords(text)).toEqual({});
  });
});
