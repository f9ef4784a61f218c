import type { Dockerfile } from './parse';

/** The ARGs that the reachable stages declare, with their defaults as written; undefined: none. */
export declare function declaredArgs(
  dockerfile: Dockerfile,
  target?: string,
): ReadonlyMap<string, string | undefined>;
