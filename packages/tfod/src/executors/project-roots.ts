import type { ExecutorContext } from '@nx/devkit';
import type { ProjectRoots } from '../images/projects';

/** Where every project of the workspace is. */
export function projectRoots({
  projectsConfigurations,
}: Pick<ExecutorContext, 'projectsConfigurations'>): ProjectRoots {
  return new Map(Object.entries(projectsConfigurations.projects).map(([name, { root }]) => [name, root]));
}
