import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkLockFile, isLockFile } from './lock-files';

const source = (path: string) => ({ path, wildcard: true, where: 'docker/tf.Dockerfile:2' });
const HASH = `--hash=sha256:${'ab'.repeat(32)}`;

describe('isLockFile', () => {
  it.each([
    ['requirements/tf.lock', true],
    ['more/requirements/tf.lock', true],
    ['requirements/*.lock', false],
    ['requirements/tf.in', false],
    ['poetry.lock', false],
    ['myrequirements/tf.lock', false],
  ])('%s: %s', (path, expected) => expect(isLockFile(source(path))).toBe(expected));
});

describe('checkLockFile', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tfod-lock-'));
    mkdirSync(join(folder, 'requirements'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const check = async (text?: string): Promise<string[]> => {
    if (text !== undefined) writeFileSync(join(folder, 'requirements/tf.lock'), text);
    return (await checkLockFile(folder, source('requirements/tf.lock'))).map(({ code }) => code);
  };

  it.each([
    `numpy==2.2.0 ${HASH}\n`,
    `# made by uv\nnumpy==2.2.0 ; python_version >= "3.10" \\\n    ${HASH} \\\n    ${HASH}\n`,
    `jax[cuda]==1.0 \\\n    ${HASH}\n`,
  ])('takes %j', async (text) => expect(await check(text)).toEqual([]));

  it.each(['', '\n', 'numpy==2.2.0\n', `numpy>=2 ${HASH}\n`, '<<<<<<< HEAD\n', `# numpy==2.2.0 ${HASH}\n`])(
    'refuses %j',
    async (text) => expect(await check(text)).toEqual(['LOCK_MALFORMED']),
  );

  it('says that the file is not there', async () => expect(await check()).toEqual(['LOCK_MISSING']));

  it('says that the file cannot be read', async () => {
    mkdirSync(join(folder, 'requirements/tf.lock'));
    expect(await check()).toEqual(['LOCK_UNREADABLE']);
  });
});
