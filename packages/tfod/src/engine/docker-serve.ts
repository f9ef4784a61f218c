import type { Platform } from '../values/platform';
import type { Command } from './command';

/** A container that listens until it is told to stop. */
export interface ContainerServer {
  /** Unique on the engine. */
  readonly name: string;
  readonly image: string;
  /** Of the image; Docker would look for that of DOCKER_DEFAULT_PLATFORM. */
  readonly platform: Platform;
  readonly gpus: boolean;
  /** Where this machine listens for it: an address, for Docker knows no names. */
  readonly host: string;
  readonly port: number;
  /** Where it listens itself. */
  readonly containerPort: number;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/** Runs the container in the foreground; it is removed when it ends, and a signal to the client reaches it. */
export function serveContainer(server: ContainerServer): Command {
  const { name, image, platform, gpus, host, port, containerPort, env, args } = server;
  const address = host.includes(':') ? `[${host}]` : host;
  return {
    file: 'docker',
    args: [
      ...['run', '--rm', '--name', name, '--no-healthcheck', '--pull', 'never'],
      ...['--platform', platform],
      ...['--publish', `${address}:${port}:${containerPort}`],
      ...(gpus ? ['--gpus', 'all'] : []),
      ...Object.entries(env).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
      image,
      ...args,
    ],
  };
}

/** The names of the containers that have a port of this machine. */
export function containersOnPort(port: number): Command {
  return { file: 'docker', args: ['ps', '--filter', `publish=${port}`, '--format', '{{.Names}}'] };
}
