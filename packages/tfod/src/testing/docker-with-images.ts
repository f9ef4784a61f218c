import type { Image } from '../images/image';
import { planService } from '../images/plan-service';
import { plainRequest } from '../images/request';
import type { Service } from '../service/service';
import type { FakeAnswer, FakeMachine, FakeProgram } from './fake-machine';
import { AMD64 } from './image-facts';
import { stubEngine } from './stub-engine';
import type { TinyWorkspace } from './tiny-service';

const VERSION = {
  Server: { Version: '26.1.5', Os: 'linux', Arch: 'amd64' },
};
const INFO = { Name: 'gpu-1', KernelVersion: '6.1.0', OperatingSystem: 'Debian GNU/Linux 12 (bookworm)' };

const answers = (words: string, answer: FakeAnswer): FakeProgram => ({ words: words.split(' '), answer });

/** What a fake docker answers, besides what is the same in every test. */
export interface FakeContainers {
  /** Of `nvidia-smi -L` with `--gpus all`. */
  readonly gpus?: FakeAnswer;
  /** Of the same with `--device nvidia.com/gpu=all`. */
  readonly cdi?: FakeAnswer;
  /** Of the probe with a GPU request. */
  readonly probe?: FakeAnswer;
  /** Of the probe without. */
  readonly staticProbe?: FakeAnswer;
}

/** The images that the GPU variant of a service needs, as they must be. */
export async function gpuImages(workspace: TinyWorkspace, service: Service): Promise<readonly Image[]> {
  const env = { TFOD_CACHE_DIR: workspace.cacheFolder };
  const { images } = await planService(plainRequest(workspace.root, service, env, { variants: ['gpu'] }), {
    engine: stubEngine({
      open: async () => ({ version: VERSION.Server.Version, platform: AMD64 }),
      imagesWithLabel: async () => [],
    }),
    env,
    report: () => undefined,
    verbose: false,
    wheelFolder: workspace.wheelFolder,
  });
  return images;
}

/** Puts a docker on the PATH of the machine, whose engine has these images. */
export function installDocker(
  machine: FakeMachine,
  images: readonly Image[],
  { gpus = {}, cdi = {}, probe = {}, staticProbe = {} }: FakeContainers,
): void {
  machine.install('docker', [
    answers('version', { stdout: `${JSON.stringify(VERSION)}\n` }),
    answers('info', { stdout: `${JSON.stringify(INFO)}\n` }),
    answers('context inspect', { stdout: 'unix:///var/run/docker.sock\n' }),
    answers('image ls', { stdout: images.map(({ key }) => `sha256:${key}\n`).join('') }),
    answers('image inspect', { stdout: `${images.map(inspected).join('\n')}\n` }),
    answers('run --gpus nvidia-smi', gpus),
    answers('run --device nvidia-smi', cdi),
    answers('run tfod_runtime.probe --static', staticProbe),
    answers('create tfod_runtime.probe', { stdout: 'c0ffee\n' }),
    answers('cp', {}),
    answers('start --attach', probe),
    answers('rm --force', {}),
  ]);
}

function inspected({ key, refs, labels }: Image): string {
  return JSON.stringify({
    Id: `sha256:${key}`,
    RepoTags: refs,
    Config: { Labels: labels },
    Os: 'linux',
    Architecture: 'amd64',
    Size: 1000,
  });
}
