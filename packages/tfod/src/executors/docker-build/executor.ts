import type { ExecutorContext } from '@nx/devkit';
import { ensureImages } from '../../images/ensure-images';
import { planService } from '../../images/plan-service';
import type { ImagesRequest, Machine } from '../../images/request';
import { runExecutor } from '../run-executor';
import { isVerbose } from '../service-of';
import { answerBuilt, answerLooked, JUST_LOOKING, requestOf, type Answer } from './answer';
import { othersOnlyLook } from './asked-to-look';
import { looksOnly, writeOutputs } from './look';
import type { DockerBuildOptions } from './schema';
import { HERE, machineOf, STOPPED, type Surroundings } from './surroundings';

type Context = Pick<ExecutorContext, 'root' | 'projectName' | 'projectsConfigurations' | 'isVerbose'> &
  Pick<ExecutorContext, 'targetName' | 'taskGraph'>;

/** Builds what is missing of a service's images and writes the receipt. */
export default async function dockerBuild(
  options: DockerBuildOptions,
  context: Context,
  surroundings: Surroundings = HERE,
): Promise<{ success: boolean }> {
  if (othersOnlyLook(context)) return { success: true };
  return runExecutor(STOPPED, surroundings.report, async (signal) => {
    const request = await requestOf(context.projectName ?? '', options, context, surroundings.env);
    const verbose = isVerbose(options, context);
    const machine = machineOf({ ...options, verbose }, surroundings, signal);
    const { success, text } = await answer(request, options, machine);
    surroundings.print(text);
    return success;
  });
}

async function answer(
  request: ImagesRequest,
  options: DockerBuildOptions,
  machine: Machine,
): Promise<Answer> {
  if (!looksOnly(options)) return answerBuilt(await ensureImages(request, machine), options);
  const planned = await planService(request, machine, { ...JUST_LOOKING, needsEngine: !options.dryRun });
  await writeOutputs([{ planned, options }]);
  return answerLooked({ planned, options }, machine);
}
