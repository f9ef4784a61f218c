import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  listGpus,
  queryGpus,
  readGpuLines,
  readGpus,
  type GpuLine,
  type ListedGpu,
} from '../engine/nvidia-smi';
import { CommandNotFoundError, type Ran, type RunCommand } from '../engine/run-command';
import { driverIn, type DriverVersion } from './driver-version';

export type SmiAnswer =
  | { readonly kind: 'gpus'; readonly gpus: readonly ListedGpu[]; readonly seconds: number }
  | { readonly kind: 'failed'; readonly message: string; readonly seconds: number }
  | { readonly kind: 'absent' };

/** What this machine tells about its GPUs without a container. */
export interface HostFacts {
  readonly smi: SmiAnswer;
  /** The GPUs with their instances; asked for only where one is divided. */
  readonly instances: readonly GpuLine[];
  /** Of the kernel module that is loaded. */
  readonly module: DriverVersion | undefined;
  /** Of the driver's libraries on the disk. */
  readonly library: DriverVersion | undefined;
  /** Names in /dev that belong to the driver: nvidia0, nvidiactl, nvidia-uvm; under WSL dxg. */
  readonly devices: readonly string[];
}

/** Where the host's own root folder is, and what runs its programs. */
export interface HostMachine {
  /** `/`. */
  readonly root: string;
  readonly run: RunCommand;
  readonly signal: AbortSignal;
}

/** A driver that hangs lets nvidia-smi wait for ever. */
const SMI_SECONDS = 30;
const LIBRARY_FOLDERS = ['x86_64-linux-gnu', 'aarch64-linux-gnu'];
const LIBRARIES = ['libnvidia-ml.so.1', 'libcuda.so.1'];

/** Looks at the programs, at /proc and at /dev of this machine; a thing that is not there is a fact like others. */
export async function readHost(machine: HostMachine): Promise<HostFacts> {
  const [smi, module, library, devices] = await Promise.all([
    askSmi(machine),
    readFile(join(machine.root, 'proc/driver/nvidia/version'), 'utf8').then(driverIn, () => undefined),
    libraryVersion(machine.root),
    readdir(join(machine.root, 'dev')).catch(() => []),
  ]);
  const divided = smi.kind === 'gpus' && smi.gpus.some((gpu) => gpu.divided);
  const listed = divided ? await ask(machine, listGpus()) : undefined;
  return {
    smi,
    instances: readGpuLines(listed?.stdout ?? ''),
    module,
    library,
    devices: devices.filter((name) => /^(nvidia|dxg$)/.test(name)).sort(),
  };
}

async function askSmi(machine: HostMachine): Promise<SmiAnswer> {
  try {
    const { code, stdout, stderr, seconds } = await ask(machine, queryGpus());
    const gpus = readGpus(stdout);
    const none = /no devices were found/i.test(stdout + stderr);
    if ((code === 0 && gpus.length > 0) || none) return { kind: 'gpus', gpus, seconds };
    const message = [stdout, stderr].map((text) => text.trim()).filter(Boolean);
    return { kind: 'failed', message: message.join('\n') || `exit code ${code}`, seconds };
  } catch (error) {
    if (error instanceof CommandNotFoundError) return { kind: 'absent' };
    if ((error as Error).name !== 'TimeoutError') throw error;
    return { kind: 'failed', message: `no answer within ${SMI_SECONDS} s`, seconds: SMI_SECONDS };
  }
}

function ask({ run, signal }: HostMachine, command: ReturnType<typeof queryGpus>): Promise<Ran> {
  return run(command, { signal: AbortSignal.any([signal, AbortSignal.timeout(SMI_SECONDS * 1000)]) });
}

/** The version stands in the name of the file that the loader's name points to. */
async function libraryVersion(root: string): Promise<DriverVersion | undefined> {
  const folders = [...LIBRARY_FOLDERS.map((folder) => `usr/lib/${folder}`), 'usr/lib64', 'usr/lib'];
  const paths = LIBRARIES.flatMap((name) => folders.map((folder) => join(root, folder, name)));
  const files = await Promise.all(paths.map((path) => realpath(path).catch(() => '')));
  return files.map((file) => driverIn(basename(file).replace(/^.*\.so\./, ''))).find(Boolean);
}
