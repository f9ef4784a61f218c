import { join } from 'node:path';
import type { Engine } from '../engine/engine';
import { cacheDir } from '../files/cache-dir';
import type { Registries } from '../registry/registry';
import type { TfodProject } from '../service/service';
import type { Variant } from '../service/variant';
import type { Repository } from '../values/image-ref';
import type { Platform } from '../values/platform';
import { NO_CACHES, type Caches } from './caches';
import type { ProjectRoots } from './projects';
import { parseRegistry } from './repository';
import type { Secret } from './secrets';

/** Where images are wanted: in the engine, or in the registry and not necessarily in the engine. */
export type Goal = 'local' | 'registry';

/** Which images somebody wants. */
export interface ImagesRequest {
  /** Absolute. */
  readonly workspaceRoot: string;
  /** The service, or the runtime, whose images they are. */
  readonly service: TfodProject;
  /** All of the workspace. */
  readonly projects: ProjectRoots;
  /** Some of the service's, in its order. */
  readonly variants: readonly Variant[];
  /** Empty: the engine's own. */
  readonly platforms: readonly Platform[];
  readonly buildArgs: Readonly<Record<string, string>>;
  /** In addition to what the host gives by itself. */
  readonly secrets: readonly Secret[];
  /** Further names of the service images. */
  readonly tags: readonly string[];
  /** Build although the images are there, without the engine's cache. */
  readonly force: boolean;
  readonly goal: Goal;
  /** Where the images are whose names have no registry: `registry.example/vision`. */
  readonly registry?: Repository;
  /** Push what the registry does not have of the chain and all its names. */
  readonly push: boolean;
  /** Refuse an image that has no pin instead of pinning it. */
  readonly frozenLock: boolean;
  readonly caches: Caches;
  /** Whether to write the receipt, which is docker-build's: the others only make sure of an image. */
  readonly writesReceipt: boolean;
  /** A builder of buildx; undefined: the one in use. */
  readonly builder?: string;
}

/** The machine as the domain sees it. */
export interface Machine {
  readonly engine: Engine;
  /** Default: those that the environment leads to. */
  readonly registries?: Registries;
  readonly env: NodeJS.ProcessEnv;
  /** Hears one line of progress at a time. */
  readonly report: (line: string) => void;
  /** Whether the output of every step is wanted too. */
  readonly verbose: boolean;
  /** Stops the build. */
  readonly signal?: AbortSignal;
  /** Where the runtime wheel is; default: in the plugin. */
  readonly wheelFolder?: string;
}

/** Where the processes of this machine take turns. */
export function turnsFolder(env: NodeJS.ProcessEnv): string {
  return join(cacheDir(env, process.platform), 'turns');
}

/** A request for what `tfod.json` describes, and the environment, and nothing else. Throws REGISTRY_MALFORMED. */
export function plainRequest(
  workspaceRoot: string,
  service: TfodProject,
  env: NodeJS.ProcessEnv,
  choices: Partial<ImagesRequest> = {},
): ImagesRequest {
  return {
    workspaceRoot,
    service,
    projects: new Map([[service.name, service.root]]),
    variants: service.variants,
    platforms: [],
    buildArgs: {},
    secrets: [],
    tags: [],
    force: false,
    goal: 'local',
    push: false,
    caches: NO_CACHES,
    writesReceipt: true,
    frozenLock: isCi(env),
    ...(env['TFOD_REGISTRY'] && { registry: parseRegistry(env['TFOD_REGISTRY'], 'TFOD_REGISTRY') }),
    ...choices,
  };
}

/** CI systems set it; what they build must be in the commit. */
function isCi(env: NodeJS.ProcessEnv): boolean {
  return env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false';
}
