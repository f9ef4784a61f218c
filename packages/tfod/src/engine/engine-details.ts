import type { Command } from './command';

/** What the engine says about itself and the machine it runs on. */
export interface EngineDetails {
  readonly hostname: string;
  /** As `uname -r` prints it. */
  readonly kernel: string;
  /** `Debian GNU/Linux 12 (bookworm)`, `Docker Desktop`. */
  readonly system: string;
}

export function engineDetails(): Command {
  return { file: 'docker', args: ['info', '--format', '{{json .}}'] };
}

/** Asks the client where its engine is: DOCKER_HOST, or the context in use. */
export function engineEndpoint(): Command {
  return { file: 'docker', args: ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'] };
}

/** The answer to `engineDetails`; undefined when it is none. */
export function readEngineDetails(stdout: string): EngineDetails | undefined {
  try {
    const { Name, KernelVersion, OperatingSystem } = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    return typeof KernelVersion === 'string' && KernelVersion !== ''
      ? { hostname: String(Name), kernel: KernelVersion, system: String(OperatingSystem) }
      : undefined;
  } catch {
    return undefined;
  }
}
