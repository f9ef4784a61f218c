import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { nearestWord } from '../values/nearest-word';
import { TfodError, type Problem } from '../values/tfod-error';
import { readTfodProject } from './read-service';
import { SERVICE_FILE, type Runtime, type Service } from './service';
import type { Variant } from './variant';

/** What a runtime makes; a service that stands on one must not say it as well. */
const BELOW_SERVICE = ['docker/base.Dockerfile', 'docker/tf.Dockerfile', 'docker/gpu.Dockerfile'];

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
    ...search.variants
      .filter((variant) => !runtime.variants.includes(variant))
      .map((variant) => noVariant(service, runtime, variant)),
    ...BELOW_SERVICE.map((file) => posix.join(service.root, file))
      .filter((path) => existsSync(join(search.workspaceRoot, path)))
      .map((path) => twoOwners(runtime, path)),
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
  const root = projects.get(name);
  if (root === undefined) throw new TfodError(noProject(service, name, [...projects.keys()]));
  if (!existsSync(join(workspaceRoot, root, SERVICE_FILE))) throw new TfodError(noRuntime(service, name));
  const project = await readTfodProject(workspaceRoot, { name, root });
  if (project.kind === 'runtime') return project;
  throw new TfodError(noRuntime(service, name, 'a service'));
}

function noProject({ name, root }: Service, runtime: string, projects: readonly string[]): Problem {
  const meant = nearestWord(runtime, projects);
  return {
    code: 'RUNTIME_NOT_FOUND',
    what: `There is no project ${runtime} for ${name} to stand on`,
    where: `${root}/${SERVICE_FILE} "runtime"`,
    expected: 'the name of a project that nx g tfod:runtime made',
    found: JSON.stringify(runtime),
    remedy:
      meant === undefined
        ? `if it was renamed, write its new name; if it was removed, name another, or make it with nx g tfod:runtime ${runtime}`
        : `did you mean "${meant}"?`,
  };
}

function noRuntime({ name, root }: Service, runtime: string, found = `no ${SERVICE_FILE}`): Problem {
  return {
    code: 'RUNTIME_IS_NONE',
    what: `${runtime} is no runtime that ${name} could stand on`,
    where: `${root}/${SERVICE_FILE} "runtime"`,
    expected: `a project whose ${SERVICE_FILE} says "kind": "runtime"`,
    found,
    remedy: 'name a project that nx g tfod:runtime made',
  };
}

function noVariant({ name, root }: Service, runtime: Runtime, variant: Variant): Problem {
  return {
    code: 'RUNTIME_VARIANT',
    what: `The runtime ${runtime.name} has no ${variant} image for ${name} to stand on`,
    where: `${root}/${SERVICE_FILE} "variants"`,
    expected: runtime.variants.join(' or '),
    found: variant,
    remedy: `nx g tfod:runtime ${runtime.name} --directory=${runtime.root} --variants=${variant}, or leave ${variant} out`,
  };
}

function twoOwners({ name, root }: Runtime, path: string): Problem {
  return {
    code: 'RUNTIME_TWICE',
    what: `The service stands on the runtime ${name} and has a Dockerfile of its own for the same image`,
    where: path,
    expected: 'one of both',
    remedy: `move what is special in it to ${root} and delete the file, or take "runtime" out of ${SERVICE_FILE}`,
  };
}
