import { nearestWord } from '../values/nearest-word';
import type { Problem } from '../values/tfod-error';
import { SERVICE_FILE, type Runtime, type Service, type TfodProject } from './service';
import type { Variant } from './variant';

/** A service names a runtime that the workspace has not. */
export function noSuchProject(name: string, projects: readonly string[], where: string): Problem {
  const meant = nearestWord(name, projects);
  return {
    code: 'RUNTIME_NOT_FOUND',
    what: `There is no project ${name} to stand on`,
    where,
    expected: 'the name of a project that nx g tfod:runtime made',
    found: JSON.stringify(name),
    remedy:
      meant === undefined
        ? `if it was renamed, write its new name; if it was removed, name another; nx g tfod:runtime ${name} makes it`
        : `did you mean "${meant}"?`,
  };
}

/** It names a project that is there and is something else. */
export function noRuntime(name: string, project: TfodProject | undefined, where: string): Problem {
  return {
    code: 'RUNTIME_IS_NONE',
    what: `${name} is no runtime, so no service can stand on it`,
    where,
    expected: `a project whose ${SERVICE_FILE} says "kind": "runtime"`,
    found: project === undefined ? `no ${SERVICE_FILE}` : 'a service',
    remedy: 'name a project that nx g tfod:runtime made',
  };
}

/** The variants that a service is to have and its runtime has not. */
export function variantProblems(
  { name, root }: Pick<Service, 'name' | 'root'>,
  runtime: Runtime,
  variants: readonly Variant[],
): readonly Problem[] {
  return variants
    .filter((variant) => !runtime.variants.includes(variant))
    .map((variant) => ({
      code: 'RUNTIME_VARIANT',
      what: `The runtime ${runtime.name} has no ${variant} image for ${name} to stand on`,
      where: `${root}/${SERVICE_FILE} "variants"`,
      expected: runtime.variants.join(' or '),
      found: variant,
      remedy: `nx g tfod:runtime ${runtime.name} --directory=${runtime.root} --variants=${variant} adds it; or leave ${variant} out`,
    }));
}

/** The service and its runtime both say how an image is made. */
export function chainFileTwice({ name, root }: Runtime, path: string): Problem {
  return {
    code: 'RUNTIME_TWICE',
    what: `The service stands on the runtime ${name} and has a Dockerfile of its own for the same image`,
    where: path,
    expected: 'one of both',
    remedy: `move what is special in it to ${root} and delete the file, or take "runtime" out of ${SERVICE_FILE}`,
  };
}
