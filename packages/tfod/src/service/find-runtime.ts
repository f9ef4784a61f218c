import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { TfodError } from '../values/tfod-error';
import { readTfodProject } from './read-service';
import { chainFileTwice, noRuntime, noSuchProject, variantProblems } from './runtime-problems';
import { SERVICE_FILE, type Runtime, type Service } from './service';
import type { Variant } from './variant';

/** What a runtime makes; a service that stands on one must not say it as well. */
const BELOW_SERVICE = ['base', 'tf', 'gpu', 'lite'].map((role) => `docker/${role}.Dockerfile`);

/** Where to look for a runtime, and what of it is needed. */
export interface RuntimeSearch {
  /** Absolute. */
  readonly workspaceRoot: string;
  /** The folder of every Nx project by its name. */
  readonly projects: ReadonlyMap<string, string>;
  readonly variants: readonly Variant[];
}

/**
 * The runtime that a service stands on, undefined where it makes its own images. Throws a `TfodError`: no such
 * project, a project that is no runtime, a variant that it has not, files that say what the runtime says.
 */
export async function findRuntime(service: Service, search: RuntimeSearch): Promise<Runtime | undefined> {
  if (service.runtime === undefined) return undefined;
  const runtime = await readRuntime(service, service.runtime, search);
  const problems = [
    ...variantProblems(service, runtime, search.variants),
    ...BELOW_SERVICE.map((file) => posix.join(service.root, file))
      .filter((path) => existsSync(join(search.workspaceRoot, path)))
      .map((path) => chainFileTwice(runtime, path)),
  ];
  if (problems.length > 0) throw new TfodError(problems);
  return runtime;
}

/** The folder, from the workspace root, whose docker/ and requirements/ decide what a service's code runs on. */
export async function folderBelow(service: Service, search: RuntimeSearch): Promise<string> {
  return (await findRuntime(service, search))?.root ?? service.root;
}

async function readRuntime(
  service: Service,
  name: string,
  { workspaceRoot, projects }: RuntimeSearch,
): Promise<Runtime> {
  const where = `${service.root}/${SERVICE_FILE} "runtime"`;
  const root = projects.get(name);
  if (root === undefined) throw new TfodError(noSuchProject(name, [...projects.keys()], where));
  const there = existsSync(join(workspaceRoot, root, SERVICE_FILE));
  const project = there ? await readTfodProject(workspaceRoot, { name, root }) : undefined;
  if (project?.kind === 'runtime') return project;
  throw new TfodError(noRuntime(name, project, where));
}
