import type { ExecutorContext } from '@nx/devkit';
import { printable } from '../../engine/command';
import { buildCommands } from '../../images/build-commands';
import { isDone } from '../../images/plan';
import { formatDocument, type Receipt } from '../../images/receipt';
import type { ImagesRequest, Machine } from '../../images/request';
import { readTfodProject } from '../../service/read-service';
import { projectRoots } from '../project-roots';
import { look, type Looked } from './look';
import { imagesRequest } from './options';
import type { DockerBuildOptions } from './schema';
import { receiptTable } from './tables';

/** What a person or a machine is told of one service. */
export interface Answer {
  readonly success: boolean;
  readonly text: string;
  /** Whether nothing is wrong but with what it stands on. */
  readonly isSkipped?: boolean;
}

/** Nothing is written, and nothing is fetched; the registry is asked, for the plan depends on it. */
export const JUST_LOOKING = { writesPins: false, fetchesWeights: false, asksRegistry: true };

/** What somebody wants of a project; throws a TfodError with everything that is wrong with the options. */
export async function requestOf(
  name: string,
  options: DockerBuildOptions,
  context: Pick<ExecutorContext, 'root' | 'projectsConfigurations'>,
  env: NodeJS.ProcessEnv,
): Promise<ImagesRequest> {
  const root = context.projectsConfigurations.projects[name]?.root ?? '';
  const service = await readTfodProject(context.root, { name, root });
  return {
    ...imagesRequest(context.root, service, env, options),
    projects: projectRoots(context),
  };
}

export function answerBuilt(receipt: Receipt, { json }: DockerBuildOptions): Answer {
  return { success: true, text: json ? formatDocument(receipt).trimEnd() : receiptTable(receipt) };
}

export function answerLooked(looked: Looked, { engine }: Machine): Answer {
  const { planned, options } = looked;
  if (options.dryRun) {
    const commands = buildCommands(planned, engine.commands);
    return {
      success: true,
      text: commands.length === 0 ? '# nothing to do' : commands.map(printable).join('\n'),
    };
  }
  return { success: isDone(planned.plan) || !options.check, text: look(looked) };
}
