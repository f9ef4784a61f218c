import type { Dockerfile } from '../dockerfile/dockerfile';
import { parseImageRef } from '../values/image-ref';
import { TfodError, type Problem } from '../values/tfod-error';
import { pinnedDigest, PINS_FILE, type Pins } from './pins';
import { meansProject, type ProjectRoots } from './projects';
import type { Link } from './role';

/** What the names stand for that a Dockerfile takes content from and that are no stage of it. */
export interface Classified {
  /** Images of the same chain, by name. */
  readonly parents: Link['parents'];
  /** Folders that tfod hands to the build. */
  readonly folders: readonly string[];
  /** Nx projects, each meaning its files or its image. */
  readonly projects: readonly string[];
  /** Images that come from elsewhere. */
  readonly images: readonly string[];
  readonly problems: readonly Problem[];
}

/** The names that a workspace gives a meaning to. */
export interface NamesOfOurs {
  readonly folders: readonly string[];
  readonly projects: Pick<ProjectRoots, 'has'>;
}

/**
 * Tells images of the chain, folders, projects and images from elsewhere apart: a name of ours is never an image
 * of others.
 */
export function classify(
  externals: readonly string[],
  { parents }: Link,
  ours: NamesOfOurs,
  path: string,
): Classified {
  const unknown = externals.filter((name) => !(name in parents) && !ours.folders.includes(name));
  // BuildKit looks up only what could be the name of an image, also where it stands for a folder.
  const problems = unknown.flatMap((name) => malformedRef(name, path));
  const isProject = (name: string): boolean => meansProject(name, ours.projects);
  return {
    parents: Object.fromEntries(Object.entries(parents).filter(([alias]) => externals.includes(alias))),
    folders: externals.filter((name) => ours.folders.includes(name)),
    projects: problems.length > 0 ? [] : unknown.filter(isProject),
    images: problems.length > 0 ? [] : unknown.filter((name) => !isProject(name)),
    problems,
  };
}

/** The external image that the last stage stands on, if it does without an image of the chain between. */
export function baseOf({ stages }: Dockerfile, images: readonly string[]): string | undefined {
  let stage = stages.at(-1);
  while (stage !== undefined) {
    const { base, index } = stage;
    const below = stages
      .slice(0, index)
      .filter(({ name }) => name === base.toLowerCase())
      .at(-1);
    if (below === undefined) return images.find((image) => image === base);
    stage = below;
  }
  return undefined;
}

/** The refs that the lock file has no digest for and that name none themselves, each once. */
export function unpinnedRefs(refs: readonly string[], pins: Pins): string[] {
  return [...new Set(refs)].filter((ref) => pinnedDigest(pins, ref) === undefined);
}

export function pinMissing(ref: string): Problem {
  return {
    code: 'PIN_MISSING',
    what: `The image ${ref} has no pin, so it could be another one tomorrow`,
    where: PINS_FILE,
    expected: `a digest for ${ref}`,
    found: 'none',
    remedy: `nx g tfod:pin, and commit ${PINS_FILE}`,
  };
}

function malformedRef(name: string, where: string): Problem[] {
  try {
    parseImageRef(name);
    return [];
  } catch (error) {
    if (!(error instanceof TfodError)) throw error;
    return error.problems.map((problem) => ({ ...problem, where }));
  }
}
