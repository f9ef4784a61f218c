import type { ExecutorContext, Task } from '@nx/devkit';

/** The options with which docker-build changes nothing, spelled in one way. */
const LOOKING = new Set(['plan', 'check', 'dryrun', 'explain']);

/**
 * Whether a task that was asked for only looks, and this one runs for its sake. Nx gives the options of the command
 * line to the tasks that were asked for, and none to those that must come before them, so `--plan` of a service
 * would build the images below it.
 */
export function othersOnlyLook({
  taskGraph,
  projectName,
  targetName,
}: Pick<ExecutorContext, 'taskGraph' | 'projectName' | 'targetName'>): boolean {
  const tasks = Object.values(taskGraph?.tasks ?? {});
  const own = tasks.find(({ target }) => target.project === projectName && target.target === targetName);
  return own !== undefined && !looks(own) && tasks.some(looks);
}

function looks({ overrides }: Task): boolean {
  return Object.entries((overrides ?? {}) as Readonly<Record<string, unknown>>).some(
    ([name, value]) =>
      name === 'since' ||
      (LOOKING.has(name.replaceAll('-', '').toLowerCase()) && (value === true || value === 'true')),
  );
}
