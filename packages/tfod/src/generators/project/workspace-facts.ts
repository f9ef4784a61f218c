import { getProjects, type Tree } from '@nx/devkit';
import type { Release } from '../../compat/matrix';
import { readMatrix, readShippedLocks, REQUIREMENTS, type ShippedLock } from '../../compat/shipped-locks';
import type { Toolchain } from '../../compat/toolchain';
import { toolchainInUse } from '../../compat/toolchain-in-use';
import { parseTfodProject, SERVICE_FILE, VARIANTS, type TfodProject } from '../../service/service';
import { TfodError, type Problem } from '../../values/tfod-error';
import type { AskedProject } from './options';

/** All that a plan depends on besides the options. */
export interface WorkspaceFacts {
  /** The folder of each project, by its name. */
  readonly projects: ReadonlyMap<string, string>;
  /** The files that stand in the folder already, from the workspace root. */
  readonly occupants: readonly string[];
  /** The service or the runtime that stands there already, if one does and can be read. */
  readonly existing: TfodProject | undefined;
  /** Why it cannot be read. */
  readonly existingProblems: readonly Problem[];
  /** The versions that it stands on, as far as its files tell. */
  readonly inUse: Partial<Toolchain>;
  readonly matrix: readonly Release[];
  readonly locks: readonly ShippedLock[];
}

/** Reads the workspace and what the plugin ships. */
export function gatherFacts(tree: Tree, { name, directory }: AskedProject): WorkspaceFacts {
  const { project, problems } = projectIn(tree, { name, root: directory });
  return {
    projects: new Map([...getProjects(tree)].map(([project, { root }]) => [project, root])),
    occupants: filesIn(tree, directory),
    existing: project,
    existingProblems: problems,
    inUse: toolchainInUse({
      baseDockerfile: textOf(tree, `${directory}/docker/base.Dockerfile`),
      requirements: requirementsIn(tree, directory),
    }),
    matrix: readMatrix(),
    locks: readShippedLocks(),
  };
}

/** The locks first: one version stands in them, whatever their `.in` says. */
function requirementsIn(tree: Tree, directory: string): string {
  return (['lock', 'in'] as const)
    .flatMap((kind) => VARIANTS.map((variant) => `${directory}/requirements/${REQUIREMENTS[variant][kind]}`))
    .map((path) => textOf(tree, path) ?? '')
    .join('\n');
}

/** The service or the runtime in a folder, or why it cannot be read; neither where there is none. */
export function projectIn(
  tree: Tree,
  at: { readonly name: string; readonly root: string },
): { readonly project: TfodProject | undefined; readonly problems: readonly Problem[] } {
  const text = textOf(tree, `${at.root}/${SERVICE_FILE}`);
  if (text === undefined) return { project: undefined, problems: [] };
  try {
    return { project: parseTfodProject(text, at), problems: [] };
  } catch (error) {
    if (error instanceof TfodError) return { project: undefined, problems: error.problems };
    throw error;
  }
}

function textOf(tree: Tree, path: string): string | undefined {
  return tree.isFile(path) ? (tree.read(path, 'utf-8') ?? undefined) : undefined;
}

function filesIn(tree: Tree, path: string): readonly string[] {
  if (!tree.exists(path)) return [];
  if (tree.isFile(path)) return [path];
  return tree.children(path).flatMap((child) => filesIn(tree, `${path}/${child}`));
}
