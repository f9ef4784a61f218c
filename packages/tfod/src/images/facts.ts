import type { Tree } from '../files/tree';
import type { Platform } from '../values/platform';
import type { Digest } from '../values/digest';
import type { Runtime, Service } from '../service/service';
import type { Link } from './role';

/** A folder and what a build may see of it. */
export interface Folder {
  /** Absolute. */
  readonly root: string;
  readonly tree: Tree;
}

/** Everything that was read to know what one image is made from. */
export interface ImageFacts {
  readonly link: Link;
  /** The service whose image it is, when that is not the one that is asked for. */
  readonly other?: Service;
  /** The project that makes it, when the service whose chain it is part of stands on a runtime. */
  readonly runtime?: Runtime;
  readonly platform: Platform;
  readonly dockerfile: DockerfileFacts;
  /** The build context. */
  readonly context: Folder;
  /** Folders by the name that they have in the Dockerfile. */
  readonly named: Readonly<Record<string, Folder>>;
  /** The images that come from elsewhere, as the Dockerfile names them. */
  readonly externals: readonly string[];
  /** The build arguments to hand to the engine. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /** `id=…,src=…` or `id=…,env=…`, for the ids that the Dockerfile mounts. */
  readonly secrets: readonly string[];
  /** The external image that the last stage stands on. */
  readonly base?: string;
}

export interface DockerfileFacts {
  /** Relative to the workspace root. */
  readonly path: string;
  readonly text: string;
  /** Of the reachable stages without comments and blank lines. */
  readonly digest: Digest;
  /** Of the ARGs that are declared, those that have a value. */
  readonly args: Readonly<Record<string, string>>;
}
