import type { Tree } from '@nx/devkit';
import type { TfodProject } from '../../service/service';
import type { Problem } from '../../values/tfod-error';
import { projectIn, type WorkspaceFacts } from '../project/workspace-facts';
import type { Asked } from './options';

/** The project that a service is to stand on. */
export interface NamedRuntime {
  readonly name: string;
  /** Undefined where there is no such project. */
  readonly root: string | undefined;
  /** Undefined where it has no tfod.json that can be read. */
  readonly project: TfodProject | undefined;
  readonly problems: readonly Problem[];
}

/** What is there under the name of the runtime that is asked for, or that a service stands on already. */
export function gatherRuntime(
  tree: Tree,
  { settings }: Asked,
  { existing, projects }: WorkspaceFacts,
): NamedRuntime | undefined {
  const name = settings.runtime ?? (existing?.kind === undefined ? existing?.runtime : undefined);
  if (name === undefined) return undefined;
  const root = projects.get(name);
  if (root === undefined) return { name, root, project: undefined, problems: [] };
  return { name, root, ...projectIn(tree, { name, root }) };
}
