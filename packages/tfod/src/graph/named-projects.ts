import { posix } from 'node:path';
import { mayMeanProject, meansProject, type ProjectRoots } from '../images/projects';
import type { Reference } from './references';

/** A project that a file of another project names. */
export interface NamedProject {
  readonly project: string;
  /** The file that names it, relative to the workspace root. */
  readonly file: string;
  /** Whether it is named as what an image is made from. */
  readonly asImage: boolean;
  /** Whether it is named as a runtime. */
  readonly asRuntime: boolean;
}

/** Finds the projects behind references; each file names a project once, and none names its own. */
export class ProjectFinder {
  readonly #byRoot: ReadonlyMap<string, string>;

  constructor(private readonly projects: ProjectRoots) {
    this.#byRoot = new Map([...projects].map(([name, root]) => [root, name]));
  }

  find(references: readonly Reference[], self: string): readonly NamedProject[] {
    const found = new Map<string, NamedProject>();
    for (const reference of references) {
      const project = this.#projectOf(reference);
      if (project === undefined || project === self) continue;
      const { file } = reference;
      const asRuntime = 'name' in reference && reference.asRuntime === true;
      found.set(`${file} ${project}`, { project, file, asImage: 'name' in reference, asRuntime });
    }
    return [...found.values()];
  }

  /** Names that may be those of projects which went, were renamed, or are still to come. */
  strangers(references: readonly Reference[], pinned: ReadonlySet<string>): readonly string[] {
    const names = references.flatMap((reference) => ('name' in reference ? [reference] : []));
    return names
      .filter((reference) => this.#projectOf(reference) === undefined)
      .filter(({ name, asRuntime }) => asRuntime || (mayMeanProject(name) && !pinned.has(name)))
      .map(({ name }) => name);
  }

  #projectOf(reference: Reference): string | undefined {
    if ('path' in reference) return this.#owner(reference.path);
    const { name, asRuntime } = reference;
    // In a tfod.json it can mean nothing else; in a Dockerfile some names are taken.
    return (asRuntime ? this.projects.has(name) : meansProject(name, this.projects)) ? name : undefined;
  }

  /** The project in the nearest folder above. */
  #owner(path: string): string | undefined {
    for (let folder = path; ; folder = posix.dirname(folder)) {
      const project = this.#byRoot.get(folder);
      if (project !== undefined || folder === '.') return project;
    }
  }
}
