import type { ExecutorContext } from '@nx/devkit';
import { join } from 'node:path';
import { readyModel } from '../../models/ready-model';
import { Problems } from '../../images/problems';
import { imageOptions } from '../image-options';
import { projectRoots } from '../project-roots';
import { runExecutor } from '../run-executor';
import { isVerbose, serviceOf } from '../service-of';
import { inferInContainer } from './container-runner';
import { findPictures, type Picture } from './find-pictures';
import { inferInPython } from './python-runner';
import { inferOnRay } from './ray-runner';
import { inferRequest, type InferRequest } from './request';
import type { InferOptions } from './schema';
import { here, type Surroundings } from './surroundings';

/** What of the context is looked at. */
type InferContext = Pick<ExecutorContext, 'root' | 'projectName' | 'projectsConfigurations' | 'isVerbose'> &
  Pick<ExecutorContext, 'configurationName'>;

const STOPPED = {
  code: 'INFER_STOPPED',
  what: 'The run was stopped',
  remedy: 'run infer again; detections.jsonl holds what was done',
};

/** Detects objects in pictures. An expected failure is told in full and without a stack. */
export default async function inferExecutor(
  options: InferOptions,
  context: InferContext,
  surroundings: Omit<Surroundings, 'signal'> = here(),
): Promise<{ success: boolean }> {
  return runExecutor(
    STOPPED,
    surroundings.report,
    async (signal) => (await infer(options, context, { ...surroundings, signal })) === 0,
  );
}

async function infer(
  options: InferOptions,
  context: InferContext,
  surroundings: Surroundings,
): Promise<number> {
  const service = await serviceOf(context);
  const verbose = isVerbose(options, context);
  const request = inferRequest(
    context.root,
    service,
    { ...options, verbose },
    projectRoots(context),
    imageOptions(context),
  );
  if (request.ray) return inferOnRay(request, request.ray, surroundings);
  const pictures = await gather(request, surroundings);
  return request.runner === 'python'
    ? inferInPython(request, pictures, surroundings)
    : inferInContainer(request, pictures, surroundings);
}

/** The pictures, when both they and the model are there. */
async function gather(request: InferRequest, { env }: Surroundings): Promise<readonly Picture[]> {
  const { workspaceRoot, service, inputs, output, dryRun } = request;
  const problems = new Problems();
  problems.add(...(await readyModel(workspaceRoot, service, env, dryRun ? 'store' : 'network')));
  const found = await problems.attempt(() => findPictures(workspaceRoot, inputs, join(output, 'annotated')));
  problems.throwAny();
  return found ?? [];
}
