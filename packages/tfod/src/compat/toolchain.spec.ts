import { chooseToolchain, pythonImage, type ToolchainRequest } from './toolchain';
import type { Minor, Release } from './matrix';
import type { ShippedLock } from './shipped-locks';

const MATRIX: readonly Release[] = [
  release('2.18', ['3.9', '3.10', '3.11', '3.12']),
  release('2.19', ['3.9', '3.10', '3.11', '3.12']),
  release('2.20', ['3.9', '3.10', '3.11', '3.12', '3.13']),
  release('2.21', ['3.10', '3.11', '3.12', '3.13']),
];

const LOCKS: readonly ShippedLock[] = [
  lock('2.19', '3.11'),
  lock('2.19', '3.12'),
  lock('2.20', '3.11'),
  lock('2.20', '3.13'),
  lock('2.21', '3.10'),
  lock('2.21', '3.11'),
  { ...lock('2.21', '3.13'), variants: ['cpu'] },
];

describe('chooseToolchain', () => {
  it.each<[Partial<ToolchainRequest>, string]>([
    [{}, '2.21 3.13'],
    [{ variants: ['cpu', 'gpu'] }, '2.21 3.11'],
    [{ tensorflow: '2.20' }, '2.20 3.13'],
    [{ tensorflow: '2.20.7' }, '2.20 3.13'],
    [{ python: '3.11.9' }, '2.21 3.11'],
    [{ python: '3.12' }, '2.19 3.12'],
    [{ tensorflow: '2.19', python: '3.11' }, '2.19 3.11'],
  ])('meets %j with the newest there is', (request, expected) => {
    const { lock } = chooseToolchain({ variants: ['cpu'], ...request }, MATRIX, LOCKS);
    expect(`${lock?.tensorflow} ${lock?.python}`).toBe(expected);
  });

  it('refuses a TensorFlow that nobody knows', () => {
    expect(refuse({ tensorflow: '2.3' })).toEqual({
      code: 'TOOLCHAIN_UNSUPPORTED',
      what: 'TensorFlow 2.3 is not in the compat matrix',
      where: '--tensorflow=2.3',
      expected: 'TensorFlow 2.19 with Python 3.12, or TensorFlow 2.21 with Python 3.13',
      found: 'TensorFlow 2.3',
      remedy: 'use --tensorflow=2.19 --python=3.12',
    });
  });

  it('refuses a Python that the TensorFlow was never built for', () => {
    expect(refuse({ tensorflow: '2.21', python: '3.9' })).toMatchObject({
      what: 'TensorFlow 2.21 was never built for Python 3.9; it is for 3.10, 3.11, 3.12, 3.13',
      expected: 'TensorFlow 2.21 with Python 3.10, or TensorFlow 2.21 with Python 3.13',
      remedy: 'use --tensorflow=2.21 --python=3.10',
    });
  });

  it('names the nearest on either side', () => {
    expect(refuse({ tensorflow: '2.19', python: '3.13' })).toMatchObject({
      expected: [
        'TensorFlow 2.19 with Python 3.12',
        'TensorFlow 2.20 with Python 3.13',
        'TensorFlow 2.21 with Python 3.13',
      ].join(', or '),
    });
  });

  it('tells what is known but not offered from what cannot be', () => {
    expect(refuse({ tensorflow: '2.18' }).what).toContain('TensorFlow 2.18 is not offered for cpu');
    expect(refuse({ tensorflow: '2.20', python: '3.9' }).what).toContain('Python 3.9 is not offered for cpu');
    expect(refuse({ tensorflow: '2.21', python: '3.13', variants: ['cpu', 'gpu'] })).toMatchObject({
      what: expect.stringContaining('Python 3.13 is not offered for cpu and gpu'),
      remedy: 'use --tensorflow=2.21 --python=3.11',
    });
  });

  it('reports every version that is none', () => {
    const { problems } = chooseToolchain(
      { tensorflow: 'latest', python: '3', variants: ['cpu'] },
      MATRIX,
      LOCKS,
    );
    expect(problems?.map(({ code, where }) => `${code} ${where}`)).toEqual([
      'VERSION_MALFORMED --tensorflow',
      'VERSION_MALFORMED --python',
    ]);
  });

  it('asks for another package when it carries no locks at all', () => {
    const { problems } = chooseToolchain({ variants: ['cpu'] }, MATRIX, []);
    expect(problems?.[0]?.remedy).toContain('install');
  });
});

describe('pythonImage', () => {
  it('stands 3.13 on trixie and what came before on bookworm', () => {
    expect(['3.10', '3.11', '3.12', '3.13'].map((python) => pythonImage(python as Minor))).toEqual([
      'python:3.10-slim-bookworm',
      'python:3.11-slim-bookworm',
      'python:3.12-slim-bookworm',
      'python:3.13-slim-trixie',
    ]);
  });
});

function refuse(request: Partial<ToolchainRequest>) {
  const { problems } = chooseToolchain({ variants: ['cpu'], ...request }, MATRIX, LOCKS);
  if (problems?.length !== 1 || !problems[0])
    throw new Error(`expected one problem, got ${JSON.stringify(problems)}`);
  return problems[0];
}

function release(tensorflow: Minor, pythons: Minor[]): Release {
  return { tensorflow, pythons, linuxDriver: '525.60.13', cuda: '12.5', cudnn: '9.3', badCudnn: [] };
}

function lock(tensorflow: Minor, python: Minor): ShippedLock {
  return { tensorflow, python, variants: ['cpu', 'gpu'], folder: `/locks/${tensorflow}/py${python}` };
}
