import { RUNTIME_WHEEL } from './runtime-wheel';

/** The folder of every Nx project, relative to the workspace root and with forward slashes, by the project's name. */
export type ProjectRoots = ReadonlyMap<string, string>;

/** What the Dockerfiles of every service call the images of their own chain and the runtime wheel. */
const CHAIN_ALIASES = new Set(['base', 'tf', 'gpu', 'lite', 'runtime', 'tensorflow', RUNTIME_WHEEL]);

/** Whether a name in a Dockerfile that is no stage of it means an Nx project. */
export function meansProject(name: string, projects: Pick<ProjectRoots, 'has'>): boolean {
  return !CHAIN_ALIASES.has(name) && projects.has(name);
}

/** Whether a name that means nothing in the workspace as it is could be that of a project: images have a tag or a host. */
export function mayMeanProject(name: string): boolean {
  return name !== 'scratch' && !CHAIN_ALIASES.has(name) && /^@|^[^/:@]+$/.test(name);
}
