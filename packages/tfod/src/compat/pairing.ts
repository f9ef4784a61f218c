import type { Variant } from '../service/variant';
import { minorOf, type Minor, type Release } from './matrix';

/** What one runtime image is to be made of, as far as its files tell. */
export interface Pairing {
  readonly variant: Variant;
  /** Of the base image; undefined where it cannot be told. */
  readonly python: Minor | undefined;
  /** The text of the lock file. */
  readonly lock: string;
}

/** Why parts that never met cannot work together. */
export interface Mismatch {
  readonly code: 'COMPAT_PYTHON' | 'COMPAT_CPU_WHEEL' | 'COMPAT_CUDA' | 'COMPAT_CUDNN';
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly tensorflow: Minor;
}

/**
 * Everything in a lock that TensorFlow was never built for. Versions that the matrix does not know pass, for nothing
 * is known against them.
 *
 * Sources: the matrix; for cuDNN, "loaded major == compiled major and loaded minor >= compiled minor" of
 * tensorflow/compiler/xla/stream_executor/cuda/cuda_dnn.cc.
 */
export function mismatches(
  { variant, python, lock }: Pairing,
  matrix: readonly Release[],
): readonly Mismatch[] {
  const [, wheel = '', version = ''] = /^(tensorflow(?:[-_]cpu)?)==(\S+)/im.exec(lock) ?? [];
  const tensorflow = minorOf(version);
  const release = matrix.find((row) => row.tensorflow === tensorflow);
  if (tensorflow === undefined || release === undefined) return [];
  const found = [...pythonMismatch(release, python)];
  if (variant === 'gpu') found.push(...cpuWheel(wheel, version), ...cudaMismatches(release, lock));
  return found.map((mismatch) => ({ ...mismatch, tensorflow }));
}

type Found = Omit<Mismatch, 'tensorflow'>;

function pythonMismatch({ tensorflow, pythons }: Release, python: Minor | undefined): readonly Found[] {
  if (python === undefined || pythons.includes(python)) return [];
  return [
    {
      code: 'COMPAT_PYTHON',
      what: `TensorFlow ${tensorflow} was never built for Python ${python}`,
      expected: `Python ${pythons.join(', ')}`,
      found: `Python ${python}`,
    },
  ];
}

function cpuWheel(wheel: string, version: string): readonly Found[] {
  if (wheel.toLowerCase() === 'tensorflow') return [];
  return [
    {
      code: 'COMPAT_CPU_WHEEL',
      what: 'The TensorFlow of the GPU image is the one for CPUs, which sees no GPU',
      expected: 'tensorflow[and-cuda] in gpu.in, and so tensorflow in gpu.lock',
      found: `${wheel}==${version}`,
    },
  ];
}

function cudaMismatches({ tensorflow, cuda, cudnn, badCudnn }: Release, lock: string): readonly Found[] {
  const [major] = cuda.split('.');
  const packages = [...lock.matchAll(/^(nvidia-[a-z-]+-cu(\d+))==(\S+)/gim)];
  const others = packages.filter(([, , cu]) => cu !== major).map(([, name = '']) => name);
  const [, , , loaded = ''] = packages.find(([, name = '']) => name.startsWith('nvidia-cudnn-')) ?? [];
  const bad = badCudnn.find(({ minor }) => minor === loaded.split('.').slice(0, 2).join('.'));
  return [
    ...others.map(
      (name): Found => ({
        code: 'COMPAT_CUDA',
        what: `TensorFlow ${tensorflow} was built for CUDA ${cuda} and opens no library of another major version`,
        expected: `packages that end in -cu${major}`,
        found: name,
      }),
    ),
    ...(loaded === '' || loads(loaded, cudnn) ? [] : [tooOld(tensorflow, cudnn, loaded)]),
    ...(bad === undefined ? [] : [broken(cudnn, loaded, bad.why)]),
  ];
}

function loads(loaded: string, built: Minor): boolean {
  const [major, minor] = loaded.split('.').map(Number);
  const [builtMajor, builtMinor] = built.split('.').map(Number);
  return major === builtMajor && (minor ?? 0) >= (builtMinor ?? 0);
}

function tooOld(tensorflow: Minor, cudnn: Minor, loaded: string): Found {
  return {
    code: 'COMPAT_CUDNN',
    what: `TensorFlow ${tensorflow} was built for cuDNN ${cudnn} and refuses an older minor or another major version`,
    expected: `cuDNN ${cudnn.split('.')[0]}, at least ${cudnn}`,
    found: `cuDNN ${loaded}`,
  };
}

function broken(cudnn: Minor, loaded: string, why: string): Found {
  return {
    code: 'COMPAT_CUDNN',
    what: `cuDNN ${loaded} is known to fail: ${why}`,
    expected: `another cuDNN ${cudnn.split('.')[0]}, at least ${cudnn}`,
    found: `cuDNN ${loaded}`,
  };
}
