import type { ExecutorContext } from '@nx/devkit';
import { readService } from '../service/read-service';
import type { Service } from '../service/service';

type Context = Pick<ExecutorContext, 'root' | 'projectName' | 'projectsConfigurations'>;

/** The service that a task is of. Throws a TfodError with everything that is wrong with its tfod.json. */
export async function serviceOf({
  root: workspaceRoot,
  projectName: name = '',
  projectsConfigurations,
}: Context): Promise<Service> {
  const root = projectsConfigurations.projects[name]?.root ?? '';
  return readService(workspaceRoot, { name, root });
}

/** Whether --verbose was given, which Nx keeps for itself when it reads the command line. */
export function isVerbose(
  { verbose = false }: { readonly verbose?: boolean },
  context: Pick<ExecutorContext, 'isVerbose'>,
): boolean {
  return verbose || context.isVerbose;
}
