import { mismatches } from '../../compat/pairing';
import { toolchainInUse } from '../../compat/toolchain-in-use';
import { packagesIn } from '../../images/records/lock-packages';
import { isSealed, sealed, withoutSeal } from './seal';

const IN = 'requirements/tf.in';
const LOCK = 'requirements/tf.lock';
const LOCK_TEXT = `# a lock\ntensorflow-cpu==2.20.0 \\\n    --hash=sha256:${'0'.repeat(64)}\n`;

describe('sealed', () => {
  const files = sealed(
    Object.entries({ [IN]: 'tensorflow-cpu==2.20.*\n', [LOCK]: LOCK_TEXT, 'docker/check.py': 'pass\n' }).map(
      ([path, text]) => ({ path, content: Buffer.from(text) }),
    ),
  );
  const texts = new Map(files.map(({ path, content }) => [path, content.toString()]));
  const lock = texts.get(LOCK) ?? '';

  /** Which files the seal vouches for after an edit. */
  function vouched(edit: (text: string, path: string) => string): readonly string[] {
    const edited = new Map([...texts].map(([path, text]) => [path, Buffer.from(edit(text, path))]));
    return [...edited.keys()].filter((path) => isSealed(path, (name) => edited.get(name)));
  }

  it('ends a lock with one comment, which everything that reads locks overlooks', () => {
    expect(lock.slice(0, LOCK_TEXT.length)).toBe(LOCK_TEXT);
    expect(lock.slice(LOCK_TEXT.length)).toMatch(/^# .*\n$/);
    expect(withoutSeal(LOCK, lock)).toBe(LOCK_TEXT);
    expect(packagesIn(lock)).toEqual({ 'tensorflow-cpu': '2.20.0' });
    expect(toolchainInUse({ baseDockerfile: undefined, requirements: lock })).toEqual({ tensorflow: '2.20' });
    expect(mismatches({ variant: 'cpu', python: '3.11', lock }, [])).toEqual([]);
  });

  it.each<[string, (text: string, path: string) => string, readonly string[]]>([
    ['as it was written', (text) => text, [IN, LOCK]],
    ['checked out with CRLF', (text) => text.replaceAll('\n', '\r\n'), [IN, LOCK]],
    ['edited', (text, path) => (path === LOCK ? text.replace('2.20.0', '2.20.1') : text), []],
    ['longer', (text, path) => (path === LOCK ? `${text}six==1.17.0\n` : text), []],
    ['compiled anew', (text, path) => (path === LOCK ? LOCK_TEXT : text), []],
    ['of another .in', (text, path) => (path === IN ? `${text}shapely\n` : text), []],
    ['without its .in', (text, path) => (path === IN ? '' : text), []],
  ])('tells whether a lock is unedited that is %s', (_, edit, expected) => {
    expect(vouched(edit)).toEqual(expected);
  });
});
