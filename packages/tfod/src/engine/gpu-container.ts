import type { Platform } from '../values/platform';
import type { Command } from './command';
import { runContainer } from './docker-run';

/** The two ways in which a container asks Docker for all GPUs: its own flag, and the Container Device Interface. */
export type GpuRequest = 'gpus' | 'cdi';

const CDI_FLAGS = ['--device', 'nvidia.com/gpu=all'];

/** A program of an image in place of its entry point. */
export interface ImageProgram {
  /** Unique on the engine. */
  readonly name: string;
  readonly image: string;
  readonly platform: Platform;
  /** Undefined: no GPU at all. */
  readonly request: GpuRequest | undefined;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Runs it as the image's own user, without a network, and leaves nothing behind in the engine. */
export function runProgram({ program, request, args, image, ...rest }: ImageProgram): Command {
  const command = runContainer({ ...rest, image, args, owner: [], mounts: [], gpus: request === 'gpus' });
  const flags = command.args.slice(0, -1 - args.length);
  return {
    ...command,
    args: [...flags, ...(request === 'cdi' ? CDI_FLAGS : []), '--entrypoint', program, image, ...args],
  };
}

/** The same container in steps, so that it can be given a file before it starts, wherever the engine is. */
export function createProgram(program: ImageProgram): Command {
  const command = runProgram(program);
  return { ...command, args: ['create', ...command.args.slice(1)] };
}

export function copyInto(name: string, source: string, target: string): Command {
  return { file: 'docker', args: ['cp', source, `${name}:${target}`] };
}

/** Runs a created container in the foreground. */
export function startProgram(name: string): Command {
  return { file: 'docker', args: ['start', '--attach', name] };
}

/** How a request is written on the command line of Docker. */
export function requestFlags(request: GpuRequest): string {
  return request === 'gpus' ? '--gpus all' : CDI_FLAGS.join(' ');
}
