import type { ExecutorContext } from '@nx/devkit';
import { join } from 'node:path';
import { printable } from '../../engine/command';
import { runContainer, type ContainerRun } from '../../engine/docker-run';
import { cacheDir } from '../../files/cache-dir';
import { Problems } from '../../images/problems';
import { readyModel } from '../../models/ready-model';
import {
  ensureServiceImage,
  plainContainer,
  plannedServiceImage,
  runToTheEnd,
  type RunImage,
} from '../infer/container-runner';
import { runPython } from '../infer/python-runner';
import { pythonCommand, pythonService, workshopOf } from '../infer/python-service';
import { inferRequest, type InferRequest } from '../infer/request';
import { here, type Surroundings } from '../infer/surroundings';
import { ensureEnvironment, environmentCommands, findEnvironment } from '../infer/virtual-environment';
import { imageOptions } from '../image-options';
import { projectRoots } from '../project-roots';
import { runExecutor } from '../run-executor';
import { isVerbose, serviceOf } from '../service-of';
import type { ModelInfoOptions } from './schema';

type Context = Pick<ExecutorContext, 'root' | 'projectName' | 'projectsConfigurations' | 'isVerbose'> &
  Pick<ExecutorContext, 'configurationName'>;

const STOPPED = {
  code: 'MODEL_INFO_STOPPED',
  what: 'The model was not looked at to the end',
  remedy: 'run model-info again',
};

/** Prints the card of a model, which the runtime makes where the service runs. */
export default async function modelInfoExecutor(
  options: ModelInfoOptions,
  context: Context,
  surroundings: Omit<Surroundings, 'signal'> = here(),
): Promise<{ success: boolean }> {
  return runExecutor(
    STOPPED,
    surroundings.report,
    async (signal) => (await modelInfo(options, context, { ...surroundings, signal })) === 0,
  );
}

async function modelInfo(
  options: ModelInfoOptions,
  context: Context,
  surroundings: Surroundings,
): Promise<number> {
  const service = await serviceOf(context);
  const { model, using, variant, json = false, dryRun = false } = options;
  const verbose = isVerbose(options, context);
  const chosen = { ...(using && { using }), ...(variant && { variant }), json, dryRun, verbose };
  const plain = inferRequest(context.root, service, chosen, projectRoots(context), imageOptions(context));
  const request = model === undefined || model === service.model ? plain : { ...plain, model };
  await checkModel(request, surroundings);
  return request.runner === 'python'
    ? cardInPython(request, surroundings)
    : cardInContainer(request, surroundings);
}

async function checkModel(
  { workspaceRoot, service, model = service.model, dryRun }: InferRequest,
  { env }: Surroundings,
): Promise<void> {
  const problems = new Problems();
  const reach = dryRun ? 'store' : 'network';
  problems.add(...(await readyModel(workspaceRoot, { ...service, model }, env, reach)));
  problems.throwAny();
}

function cardArguments({ json, verbose }: InferRequest): readonly string[] {
  return ['-m', 'tfod_runtime.card', ...(json ? ['--json'] : []), ...(verbose ? ['--verbose'] : [])];
}

async function cardInContainer(request: InferRequest, surroundings: Surroundings): Promise<number> {
  if (request.dryRun) {
    const { image, commands } = await plannedServiceImage(request, surroundings);
    const run = runContainer(await cardContainer(request, image, surroundings));
    [...commands, run].forEach((command) => surroundings.print(printable(command)));
    return 0;
  }
  const image = await ensureServiceImage(request, surroundings);
  return runToTheEnd(request, await cardContainer(request, image, surroundings), surroundings);
}

async function cardContainer(
  request: InferRequest,
  image: RunImage,
  surroundings: Surroundings,
): Promise<ContainerRun> {
  const container = await plainContainer(request, image, surroundings);
  return { ...container, program: 'python', args: cardArguments(request) };
}

async function cardInPython(request: InferRequest, surroundings: Surroundings): Promise<number> {
  const { env, platform, print } = surroundings;
  const workshop = workshopOf(request, surroundings, join(cacheDir(env, platform), 'venvs'));
  const { recipe, prepared } = await pythonService(request, surroundings);
  const commandOf = (python: string) =>
    pythonCommand(request, python, { entryPoint: [], prepared }, cardArguments(request));
  if (!request.dryRun) {
    return runPython(request, commandOf(await ensureEnvironment(recipe, workshop)), surroundings);
  }
  const { key, python } = await findEnvironment(recipe, workshop);
  const making = environmentCommands(recipe, join(workshop.folder, key), platform);
  const commands = python === undefined ? making : [];
  const run = commandOf(python ?? making[1]?.file ?? '');
  [...commands, run].forEach((command) => print(printable(command)));
  return 0;
}
