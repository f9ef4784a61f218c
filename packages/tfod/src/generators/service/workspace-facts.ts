import { getProjects, type Tree } from '@nx/devkit';
import type { Release } from '../../compat/matrix';
import { readMatrix, readShippedLocks, REQUIREMENTS, type ShippedLock } from '../../compat/shipped-locks';
import type { Toolchain } from '../../compat/toolchain';
import { toolchainInUse } from '../../compat/toolchain-in-use';
import { parseService, SERVICE_FILE, VARIANTS, type Service } from '../../service/service';
import { TfodError, type Problem } from '../../values/tfod-error';
import type { Asked } from './options';

/** All that a plan depends on besides the options. */
export interface WorkspaceFacts {
  /** The folder of each project, by its name. */
  readonly projects: ReadonlyMap<string, string>;
  /** The files that stand in the folder already, from the workspace root. */
  readonly occupants: readonly string[];
  /** The service that stands there already, if one does and can be read. */
  readonly service: Service | undefined;
  /** Why it cannot be read. */
  readonly serviceProblems: readonly Problem[];
  /** The versions that it stands on, as far as its files tell. */
  readonly inUse: Partial<Toolchain>;
  readonly matrix: readonly Release[];
  readonly locks: readonly ShippedLock[];
}

/** Reads the workspace and what the plugin ships. */
export function gatherFacts(tree: Tree, { name, directory }: Asked): WorkspaceFacts {
  const file = `${directory}/${SERVICE_FILE}`;
  return {
    projects: new Map([...getProjects(tree)].map(([project, { root }]) => [project, root])),
    occupants: filesBelow(tree, directory),
    ...readExisting(textOf(tree, file), { name, root: directory }),
    inUse: toolchainInUse({
      baseDockerfile: textOf(tree, `${directory}/docker/base.Dockerfile`),
      requirements: VARIANTS.map((variant) =>
        textOf(tree, `${directory}/requirements/${REQUIREMENTS[variant].in}`),
      ).find((text) => text !== undefined),
    }),
    matrix: readMatrix(),
    locks: readShippedLocks(),
  };
}

function readExisting(
  text: string | undefined,
  at: { readonly name: string; readonly root: string },
): Pick<WorkspaceFacts, 'service' | 'serviceProblems'> {
  if (text === undefined) return { service: undefined, serviceProblems: [] };
  try {
    return { service: parseService(text, at), serviceProblems: [] };
  } catch (error) {
    if (error instanceof TfodError) return { service: undefined, serviceProblems: error.problems };
    throw error;
  }
}

function textOf(tree: Tree, path: string): string | undefined {
  return tree.isFile(path) ? (tree.read(path, 'utf-8') ?? undefined) : undefined;
}

function filesBelow(tree: Tree, path: string): readonly string[] {
  if (!tree.exists(path)) return [];
  if (tree.isFile(path)) return [path];
  return tree.children(path).flatMap((child) => filesBelow(tree, `${path}/${child}`));
}
