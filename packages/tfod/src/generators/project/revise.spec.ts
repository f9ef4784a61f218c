import { revise } from './revise';

describe('revise', () => {
  const of = (files: Readonly<Record<string, string>>) =>
    Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) }));

  function revised(
    before: Readonly<Record<string, string>>,
    now: Readonly<Record<string, string>>,
    after: Readonly<Record<string, string>>,
  ) {
    const { writes, ...rest } = revise({
      before: new Map(of(before).map(({ path, content }) => [path, [content]])),
      after: of(after),
      read: (path) => (now[path] === undefined ? undefined : Buffer.from(now[path])),
      mustFollow: (path) => path.startsWith('docker/'),
    });
    return { writes: writes.map(({ path }) => path), ...rest };
  }

  const NOTHING = { writes: [], deletes: [], kept: [], conflicts: [] };

  it.each([
    ['writes what is missing', {}, {}, { a: '1' }, { writes: ['a'] }],
    ['leaves what is right', {}, { a: '1' }, { a: '1' }, {}],
    ['replaces what was generated', { a: '1' }, { a: '1' }, { a: '2' }, { writes: ['a'] }],
    ['keeps what was edited', { a: '1' }, { a: 'mine' }, { a: '2' }, { kept: ['a'] }],
    [
      'stops at an edited file that must follow',
      { 'docker/a': '1' },
      { 'docker/a': 'mine' },
      { 'docker/a': '2' },
      { conflicts: ['docker/a'] },
    ],
    [
      'keeps it when nothing new was to come',
      { 'docker/a': '1' },
      { 'docker/a': 'mine' },
      { 'docker/a': '1' },
      { kept: ['docker/a'] },
    ],
    [
      'stops at a file of unknown origin that must follow',
      {},
      { 'docker/a': 'mine' },
      { 'docker/a': '1' },
      { conflicts: ['docker/a'] },
    ],
    ['deletes what is no longer generated', { a: '1' }, { a: '1' }, {}, { deletes: ['a'] }],
    ['deletes nothing that was edited', { a: '1' }, { a: 'mine' }, {}, { conflicts: ['a'] }],
    ['does not miss what was deleted', { a: '1' }, {}, {}, {}],
    [
      'does not mind how JSON is laid out',
      { 'a.json': '{"a":1}' },
      { 'a.json': '{ "a": 1 }' },
      { 'a.json': '{"a":2}' },
      { writes: ['a.json'] },
    ],
  ])('%s', (_, before, now, after, expected) => {
    expect(revised(before, now, after)).toEqual({ ...NOTHING, ...expected });
  });
});
