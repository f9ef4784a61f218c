import type { Platform } from '../values/platform';
import type { Command } from './command';

/** A folder or file of this machine that a container sees. */
export interface Mount {
  /** Absolute. */
  readonly source: string;
  readonly target: string;
  readonly writable?: boolean;
}

/** A container that does one thing and goes. */
export interface ContainerRun {
  /** Unique on the engine. */
  readonly name: string;
  readonly image: string;
  /** Of the image; Docker would look for that of DOCKER_DEFAULT_PLATFORM. */
  readonly platform: Platform;
  readonly owner: OwnerFlags;
  readonly gpus: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly args: readonly string[];
  /** What runs instead of the image's entry point. */
  readonly program?: string;
}

/** Flags of `docker run` that make the caller the owner of what the container writes. */
export type OwnerFlags = readonly string[];

/** Runs a container in the foreground; it has no network and leaves nothing behind in the engine. */
export function runContainer({
  name,
  image,
  platform,
  owner,
  gpus,
  env,
  mounts,
  args,
  program,
}: ContainerRun): Command {
  return {
    file: 'docker',
    args: [
      ...['run', '--rm', '--name', name, '--network', 'none', '--no-healthcheck', '--pull', 'never'],
      ...['--platform', platform],
      ...owner,
      ...(gpus ? ['--gpus', 'all'] : []),
      ...Object.entries(env).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
      ...mounts.flatMap((mount) => ['--mount', mountFlag(mount)]),
      ...(program === undefined ? [] : ['--entrypoint', program]),
      image,
      ...args,
    ],
  };
}

export function removeContainer(name: string): Command {
  return { file: 'docker', args: ['rm', '--force', name] };
}

/** Asks the engine how it maps users. */
export function securityOptions(): Command {
  return { file: 'docker', args: ['info', '--format', '{{json .SecurityOptions}}'] };
}

/**
 * How to be the caller in a container. An engine that runs without root maps the container's root to the caller;
 * one that maps users away (userns-remap) must be told not to; Windows has no user ids.
 */
export function ownerFlags(
  caller: { readonly uid: number; readonly gid: number } | undefined,
  answer: string,
): OwnerFlags {
  if (caller === undefined) return [];
  const has = (option: string) => new RegExp(`"name=${option}[",]`).test(answer);
  if (has('rootless')) return ['--user', '0:0'];
  return [...(has('userns') ? ['--userns', 'host'] : []), '--user', `${caller.uid}:${caller.gid}`];
}

/** One record of the CSV that the engine reads: a comma or a quote in a path wants quotes around the field. */
function mountFlag({ source, target, writable = false }: Mount): string {
  const fields = ['type=bind', `source=${source}`, `target=${target}`, ...(writable ? [] : ['readonly'])];
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}
