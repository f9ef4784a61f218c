import { compareMinors, minorOf, parseMatrix, versionText, type Minor } from './matrix';

const CUDA_ROW = {
  cuda_tested: '12.5',
  cudnn_tested: '9.3',
  known_bad_cudnn: [{ versions: '==9.5.*', why: 'x' }],
};
const ROW = { tf_minor: '2.21', python: { list: [] }, driver: { linux_min: '1' }, ...CUDA_ROW };

describe('parseMatrix', () => {
  it('keeps what decides a toolchain', () => {
    const text = JSON.stringify({
      meta: {},
      releases: [
        {
          tf_minor: '2.21',
          python: { list: ['3.10', '3.13'] },
          driver: { linux_min: '525.60.13' },
          ...CUDA_ROW,
          notes: [],
        },
      ],
    });
    expect(parseMatrix(text)).toEqual([
      {
        tensorflow: '2.21',
        pythons: ['3.10', '3.13'],
        linuxDriver: '525.60.13',
        cuda: '12.5',
        cudnn: '9.3',
        badCudnn: [{ minor: '9.5', why: 'x' }],
      },
    ]);
  });

  it.each([
    [{}, 'releases'],
    [
      { releases: [{ tf_minor: '2.21.0', python: { list: [] }, driver: { linux_min: '1' } }] },
      'releases[0].tf_minor',
    ],
    [{ releases: [{ tf_minor: '2.21', driver: { linux_min: '1' } }] }, 'releases[0].python.list'],
    [
      { releases: [{ tf_minor: '2.21', python: { list: [3.1] }, driver: { linux_min: '1' } }] },
      'releases[0].python.list[0]',
    ],
    [{ releases: [{ tf_minor: '2.21', python: { list: [] } }] }, 'releases[0].driver.linux_min'],
    [{ releases: [{ ...ROW, cuda_tested: 12.5 }] }, 'releases[0].cuda_tested'],
    [{ releases: [{ ...ROW, cudnn_tested: null }] }, 'releases[0].cudnn_tested'],
    [{ releases: [{ ...ROW, known_bad_cudnn: {} }] }, 'releases[0].known_bad_cudnn'],
    [
      { releases: [{ ...ROW, known_bad_cudnn: [{ versions: '>9', why: 'x' }] }] },
      'releases[0].known_bad_cudnn[0]',
    ],
  ])('refuses %j', (document, where) => {
    expect(() => parseMatrix(JSON.stringify(document))).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ code: 'COMPAT_MALFORMED', where })] }),
    );
  });
});

describe('minorOf', () => {
  it.each([
    ['2.21', '2.21'],
    ['2.21.0', '2.21'],
    ['2.21.0rc1', '2.21'],
    ['3.13.*', '3.13'],
    ['2', undefined],
    ['latest', undefined],
    ['2.21.', undefined],
    ['v2.21', undefined],
  ])('reads %s as %s', (version, minor) => {
    expect(minorOf(version)).toBe(minor);
  });
});

describe('versionText', () => {
  it.each([
    [3.1, '3.10'],
    [2.2, '2.20'],
    [2.21, '2.21'],
    [2.3, '2.3'],
    [3, '3'],
    ['3.1', '3.1'],
    ['2.20.0', '2.20.0'],
  ])('takes %j for %s', (written, meant) => {
    expect(versionText(written, ['2.9', '2.20', '2.21', '3.9', '3.10'])).toBe(meant);
  });
});

it('orders minors as numbers', () => {
  expect((['2.10', '2.9', '3.0'] as Minor[]).sort(compareMinors)).toEqual(['2.9', '2.10', '3.0']);
});
