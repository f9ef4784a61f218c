import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMatrix, readShippedLocks } from './shipped-locks';
import { pythonImage } from './toolchain';

describe('readShippedLocks', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'tfod-locks-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  it('finds the sets that are whole, oldest first', () => {
    ship('2.21/py3.13', 'tf.in', 'tf.lock', 'gpu.in', 'gpu.lock');
    ship('2.21/py3.9', 'tf.in', 'tf.lock', 'gpu.in');
    ship('2.9/py3.10', 'gpu.in', 'gpu.lock');
    ship('notes/py3.10', 'tf.in', 'tf.lock');
    expect(readShippedLocks(root)).toEqual([
      { tensorflow: '2.9', python: '3.10', variants: ['gpu'], folder: join(root, '2.9/py3.10') },
      { tensorflow: '2.21', python: '3.9', variants: ['cpu'], folder: join(root, '2.21/py3.9') },
      { tensorflow: '2.21', python: '3.13', variants: ['cpu', 'gpu'], folder: join(root, '2.21/py3.13') },
    ]);
  });

  function ship(folder: string, ...names: string[]) {
    mkdirSync(join(root, folder), { recursive: true });
    for (const name of names) writeFileSync(join(root, folder, name), '');
  }
});

describe('the matrix and the locks that the plugin carries', () => {
  it('agree: each set that is shipped is a pair that the matrix has, on an image that is known', () => {
    const matrix = readMatrix();
    const locks = readShippedLocks();
    expect(locks.length).toBeGreaterThan(0);
    for (const { tensorflow, python } of locks) {
      expect(matrix.find((release) => release.tensorflow === tensorflow)?.pythons).toContain(python);
      expect(pythonImage(python)).toContain(python);
    }
  });
});
