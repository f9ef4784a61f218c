import type { ExecutorContext } from '@nx/devkit';
import { posix, relative, sep } from 'node:path';
import { printable } from '../../engine/command';
import { mapOf, type Evaluation } from '../../evaluation/evaluation';
import { scoresDocument } from '../../evaluation/scores-document';
import { evaluationTables, percent } from '../../evaluation/tables';
import { here, type Surroundings } from '../infer/surroundings';
import { imageOptions } from '../image-options';
import { projectRoots } from '../project-roots';
import { runExecutor } from '../run-executor';
import { isVerbose, serviceOf } from '../service-of';
import { detect } from './detect';
import { evaluatorCommands } from './evaluator';
import { gather, type Gathered } from './gather';
import { measure, otherSide, ownSide, picturesIn } from './measure';
import { evaluateRequest, type EvaluateRequest } from './request';
import type { EvaluateOptions } from './schema';

type Context = Pick<ExecutorContext, 'root' | 'projectName' | 'projectsConfigurations' | 'isVerbose'> &
  Pick<ExecutorContext, 'configurationName'>;

const STOPPED = {
  code: 'EVALUATE_STOPPED',
  what: 'The evaluation was stopped',
  remedy: 'run evaluate again',
};

/** Measures the service's detections in annotated pictures; fails below --minMap. */
export default async function evaluateExecutor(
  options: EvaluateOptions,
  context: Context,
  surroundings: Omit<Surroundings, 'signal'> = here(),
): Promise<{ success: boolean }> {
  return runExecutor(STOPPED, surroundings.report, (signal) =>
    evaluate(options, context, { ...surroundings, signal }),
  );
}

async function evaluate(
  options: EvaluateOptions,
  context: Context,
  surroundings: Surroundings,
): Promise<boolean> {
  const service = await serviceOf(context);
  const verbose = isVerbose(options, context);
  const request = evaluateRequest(
    context.root,
    service,
    { ...options, verbose },
    projectRoots(context),
    imageOptions(context),
  );
  const gathered = await gather(request, surroundings);
  if (request.dryRun) return dryRun(request, gathered, surroundings);
  const evaluation = await measure(request, gathered, ownSide(request), surroundings);
  const other = await otherOf(request, gathered, surroundings);
  return tell(request, evaluation, other, surroundings);
}

async function otherOf(
  request: EvaluateRequest,
  gathered: Gathered,
  surroundings: Surroundings,
): Promise<Evaluation | undefined> {
  const { against } = gathered;
  if (against === undefined) return undefined;
  if (against.kind === 'evaluation') return against.evaluation;
  return measure(request, gathered, otherSide(request, against), surroundings);
}

async function dryRun(
  request: EvaluateRequest,
  { pictures, recipe, against }: Gathered,
  surroundings: Surroundings,
): Promise<boolean> {
  const sides = [ownSide(request)];
  if (against && against.kind !== 'evaluation') sides.push(otherSide(request, against));
  for (const { folder, detecting } of sides) {
    await detect(detecting, pictures, surroundings);
    const commands = await evaluatorCommands(request, recipe, folder, surroundings);
    commands.forEach((command) => surroundings.print(printable(command)));
  }
  return true;
}

function tell(
  request: EvaluateRequest,
  evaluation: Evaluation,
  other: Evaluation | undefined,
  { print, report }: Surroundings,
): boolean {
  const { service, against = '', json, minMap, output, workspaceRoot } = request;
  const one = { name: service.model, evaluation };
  const two = other && { name: against, evaluation: other };
  print(
    json
      ? scoresDocument(one, two)
      : `${evaluationTables(one, two)}\n\nlook at ${picturesIn(output)
          .map((path) => relative(workspaceRoot, path).split(sep).join(posix.sep))
          .join(' and ')}`,
  );
  if (minMap === undefined || mapOf(evaluation) >= minMap) return true;
  report(`the mean average precision is ${percent(mapOf(evaluation))}, below ${percent(minMap)} of --minMap`);
  return false;
}
