import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Release } from './matrix';
import { mismatches } from './pairing';
import { readMatrix, readShippedLocks, REQUIREMENTS } from './shipped-locks';

const MATRIX: readonly Release[] = [
  {
    tensorflow: '2.21',
    pythons: ['3.10', '3.13'],
    linuxDriver: '525.60.13',
    cuda: '12.5',
    cudnn: '9.3',
    badCudnn: [{ minor: '9.5', why: 'XLA fails' }],
  },
];
const GPU = 'tensorflow==2.21.0 \\\n    --hash=sha256:00\nnvidia-cudnn-cu12==9.24.0.43 \\\n';

describe('mismatches', () => {
  const found = (variant: 'cpu' | 'gpu', python: `${number}.${number}` | undefined, lock: string) =>
    mismatches({ variant, python, lock }, MATRIX).map((each) => `${each.code} ${each.found}`);

  it.each(['cpu', 'gpu'] as const)('finds nothing wrong with what goes together for %s', (variant) => {
    expect(found(variant, '3.13', GPU)).toEqual([]);
    expect(found(variant, undefined, GPU)).toEqual([]);
  });

  it.each<[string, 'cpu' | 'gpu', `${number}.${number}`, string, string[]]>([
    ['a Python that has no wheels', 'cpu', '3.9', 'tensorflow-cpu==2.21.0', ['COMPAT_PYTHON Python 3.9']],
    [
      'the wheel for CPUs',
      'gpu',
      '3.13',
      'tensorflow-cpu==2.21.0',
      ['COMPAT_CPU_WHEEL tensorflow-cpu==2.21.0'],
    ],
    ['another CUDA', 'gpu', '3.13', `${GPU}nvidia-cublas-cu11==11.1`, ['COMPAT_CUDA nvidia-cublas-cu11']],
    ['an older cuDNN', 'gpu', '3.13', GPU.replace('9.24', '9.2'), ['COMPAT_CUDNN cuDNN 9.2.0.43']],
    ['a later cuDNN', 'gpu', '3.13', GPU.replace('9.24', '10.4'), ['COMPAT_CUDNN cuDNN 10.4.0.43']],
    ['a broken cuDNN', 'gpu', '3.13', GPU.replace('9.24', '9.5'), ['COMPAT_CUDNN cuDNN 9.5.0.43']],
  ])('finds %s', (_, variant, python, lock, expected) => {
    expect(found(variant, python, lock)).toEqual(expected);
  });

  it.each(['', 'numpy==2.2.0', 'tensorflow==2.99.0', 'tensorflow-hub==0.16.1', 'tensorflow @ file:///w'])(
    'has nothing against %j, of which it knows nothing',
    (lock) => {
      expect(found('gpu', '3.9', lock)).toEqual([]);
    },
  );

  it('finds nothing wrong with any set that is shipped', () => {
    const matrix = readMatrix();
    for (const { python, variants, folder } of readShippedLocks()) {
      for (const variant of variants) {
        const lock = readFileSync(join(folder, REQUIREMENTS[variant].lock), 'utf8');
        expect([folder, mismatches({ variant, python, lock }, matrix)]).toEqual([folder, []]);
        // The check is no good if it does not find TensorFlow in the lock; in that of lite there is none.
        const wrong = mismatches({ variant, python: '3.7', lock }, matrix);
        expect(wrong).toHaveLength(variant === 'lite' ? 0 : 1);
      }
    }
  });
});
