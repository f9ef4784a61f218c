import { join } from 'node:path';
import type { ProjectRoots } from '../../images/projects';
import type { Service } from '../../service/service';
import type { Variant } from '../../service/variant';
import type { ImageOptions } from '../image-options';
import { chosenVariant } from '../infer/request';
import type { ServeOptions } from './schema';

/** What is to be served, with every default in its place. */
export interface ServeRequest {
  readonly workspaceRoot: string;
  readonly service: Service;
  /** All of the workspace. */
  readonly projects: ProjectRoots;
  /** How docker-build makes its images. */
  readonly imageOptions: ImageOptions;
  readonly runner: 'container' | 'python';
  readonly variant: Variant;
  readonly host: string;
  readonly port: number;
  /** Undefined where the runtime's own default shall hold. */
  readonly minScore: number | undefined;
  readonly workers: number | undefined;
  readonly readySeconds: number;
  readonly dryRun: boolean;
  readonly verbose: boolean;
}

const READY_SECONDS = 120;

/** Brings the options into one form; throws VARIANT_NOT_THERE. */
export function serveRequest(
  workspaceRoot: string,
  service: Service,
  options: ServeOptions,
  projects: ProjectRoots = new Map([[service.name, service.root]]),
  imageOptions: ImageOptions = {},
): ServeRequest {
  return {
    workspaceRoot,
    service,
    projects,
    imageOptions,
    runner: options.using ?? 'container',
    variant: chosenVariant(service, options.variant),
    host: options.host ?? '127.0.0.1',
    port: options.port ?? service.port,
    minScore: options.minScore,
    workers: options.workers,
    readySeconds: options.readySeconds ?? READY_SECONDS,
    dryRun: options.dryRun ?? false,
    verbose: options.verbose ?? false,
  };
}

/** The command line of the runtime's `serve`, without the address. */
export function serveArguments({ minScore, workers, verbose }: ServeRequest): readonly string[] {
  return [
    'serve',
    ...(minScore === undefined ? [] : ['--min-score', String(minScore)]),
    ...(workers === undefined ? [] : ['--workers', String(workers)]),
    ...(verbose ? ['--verbose'] : []),
  ];
}

/** Where a client of this machine reaches the server. */
export function urlOf({ host, port }: Pick<ServeRequest, 'host' | 'port'>): string {
  const everywhere = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host];
  return `http://${everywhere ?? (host.includes(':') ? `[${host}]` : host)}:${port}`;
}

/** Where it is told who serves. */
export function presenceFile(workspaceRoot: string, root: string): string {
  return join(workspaceRoot, 'dist', root, 'serve.json');
}
