import { revise } from './revise';
import { sealed } from './seal';

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

  it.each([
    ['leaves what is right', { a: '1\n' }, { a: '1\r\n' }, { a: '1\n' }, {}],
    ['replaces what was generated', { a: '1\n' }, { a: '1\r\n' }, { a: '2\n' }, { writes: ['a'] }],
    ['keeps what was edited', { a: '1\n' }, { a: 'mine\r\n' }, { a: '2\n' }, { kept: ['a'] }],
    ['deletes what is no longer generated', { a: '1\n' }, { a: '1\r\n' }, {}, { deletes: ['a'] }],
  ])('%s where lines end with CRLF', (_, before, now, after, expected) => {
    expect(revised(before, now, after)).toEqual({ ...NOTHING, ...expected });
  });

  it('writes with the line ends that the file has', () => {
    const { writes } = revise({
      before: new Map([['a', [Buffer.from('1\n')]]]),
      after: of({ a: '2\n3\n' }),
      read: () => Buffer.from('1\r\n'),
      mustFollow: () => true,
    });
    expect(writes.map(({ content }) => content.toString())).toEqual(['2\r\n3\r\n']);
  });

  describe('with a sealed lock of another version of the plugin', () => {
    const lock = 'docker/tf.lock';
    const texts = (version: string) => ({ 'docker/tf.in': `tf==${version}\n`, [lock]: `tf==${version}.0\n` });
    const written = Object.fromEntries(
      sealed(of(texts('2.20.7'))).map(({ path, content }) => [path, content.toString()]),
    );

    it('replaces what must follow, and deletes what nothing needs', () => {
      const paths = ['docker/tf.in', lock];
      expect(revised(texts('2.20'), written, texts('2.21'))).toEqual({ ...NOTHING, writes: paths });
      expect(revised(texts('2.20'), written, {})).toEqual({ ...NOTHING, deletes: paths });
    });

    it('refreshes nothing that need not change', () => {
      expect(revised(texts('2.20'), written, texts('2.20'))).toEqual({
        ...NOTHING,
        kept: ['docker/tf.in', lock],
      });
    });

    it('stops where it was edited', () => {
      const edited = { ...written, [lock]: `${written[lock]}mine==1\n` };
      expect(revised(texts('2.20'), edited, texts('2.21')).conflicts).toEqual(['docker/tf.in', lock]);
    });
  });
});
