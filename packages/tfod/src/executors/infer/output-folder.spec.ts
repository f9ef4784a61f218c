import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from '../../testing/a-folder';
import { makeOutputFolder } from './output-folder';

it('makes a folder for results, and has nothing against one that is there', async () => {
  const folder = join(aFolder(), 'deep/results');
  await makeOutputFolder(folder);
  await makeOutputFolder(folder);
  expect(existsSync(folder)).toBe(true);
});

it.each([
  ['file', 'EEXIST'],
  ['file/results', 'ENOTDIR'],
])('says why there can be none at %s', async (path, code) => {
  const where = join(aFolder({ file: '' }), path);
  await expect(makeOutputFolder(where)).rejects.toMatchObject({
    problems: [{ code: 'OUTPUT_NOT_WRITABLE', where, found: code }],
  });
});
