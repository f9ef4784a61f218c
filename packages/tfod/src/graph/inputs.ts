import type { ProjectRoots } from '../images/projects';
import type { NamedProject } from './named-projects';
import type { Outline } from './outline';
import { PROJECT_FILE_NAMES } from './project-names';

/** What the services and runtimes of a workspace name. */
export interface Named {
  readonly projects: ProjectRoots;
  /** By the name of each service or runtime. */
  readonly byService: ReadonlyMap<string, NamedByService>;
}

export interface NamedByService {
  readonly outline: Outline;
  readonly named: readonly NamedProject[];
  /** Names that may be those of projects, and are not. */
  readonly strangers: readonly string[];
}

/** What else a service's targets have to know of. */
export interface Surroundings {
  /** The files of other projects that its images are made from, as inputs of Nx. */
  readonly inputs: readonly string[];
  /** The services whose images are to be there before its own. */
  readonly imagesOf: readonly string[];
}

/** Where a project gets its name. A name that was lost, or comes to mean something, is a change as well. */
const NAMING_FILES = PROJECT_FILE_NAMES.map((name) => `{workspaceRoot}/**/${name}`);

/** An image holds the files of the projects that it copies, and all that the images below it hold. */
export function surroundingsOf(service: string, named: Named): Surroundings {
  const { named: direct = [] } = named.byService.get(service) ?? {};
  const all = reached(service, named);
  const hasStrangers = [service, ...all].some((each) => named.byService.get(each)?.strangers.length);
  const roots = [...all]
    .filter((project) => project !== service)
    .flatMap((project) => named.projects.get(project) ?? [])
    .map((root) => (root === '.' ? '{workspaceRoot}/**/*' : `{workspaceRoot}/${root}/**/*`));
  const imagesOf = direct
    .filter((each) => isImage(each, named) && isWantedWhole(service, each, named))
    .map(({ project }) => project)
    // Images in a circle cannot be built, which docker-build tells; a circle of tasks would stop all others too.
    .filter((project) => !reached(project, named).has(service));
  const inputs = new Set([...roots, ...(hasStrangers ? NAMING_FILES : [])]);
  return { inputs: [...inputs].sort(), imagesOf: [...new Set(imagesOf)].sort() };
}

/** A Dockerfile that names a service stands on its image, and on what that stands on. */
function reached(service: string, named: Named): ReadonlySet<string> {
  const found = new Set<string>();
  const reach = (each: string): void => {
    for (const below of named.byService.get(each)?.named ?? []) {
      if (found.has(below.project)) continue;
      found.add(below.project);
      if (isImage(below, named)) reach(below.project);
    }
  };
  reach(service);
  return found;
}

function isImage({ project, asImage, asRuntime }: NamedProject, { byService }: Named): boolean {
  const below = byService.get(project);
  return asImage && below !== undefined && (!asRuntime || below.outline.isRuntime);
}

/** A task builds all that a runtime has: nobody waits for images of gigabytes that the service does not stand on. */
function isWantedWhole(service: string, { project, asRuntime }: NamedProject, { byService }: Named): boolean {
  if (!asRuntime) return true;
  const wanted = byService.get(service)?.outline.variants;
  const made = byService.get(project)?.outline.variants;
  return made?.every((variant) => wanted?.includes(variant)) ?? false;
}
