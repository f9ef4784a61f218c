import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { confusionPicture } from '../../evaluation/confusion-picture';
import { parseEvaluation, type Evaluation } from '../../evaluation/evaluation';
import { precisionRecall } from '../../evaluation/precision-recall';
import { writeFileAtomic } from '../../files/atomic-write';
import { makeOutputFolder } from '../infer/output-folder';
import type { InferRequest } from '../infer/request';
import type { Surroundings } from '../infer/surroundings';
import type { Against } from './against';
import { detect } from './detect';
import { runEvaluator } from './evaluator';
import type { Gathered } from './gather';
import type { EvaluateRequest } from './request';

/** The results of the last time go before anything is looked at, so that there are never some that lie. */
export async function measure(
  request: EvaluateRequest,
  { pictures, recipe }: Gathered,
  { folder, detecting }: Side,
  surroundings: Surroundings,
): Promise<Evaluation> {
  const document = join(folder, 'evaluation.json');
  const [curves, confusion] = picturesIn(folder);
  await makeOutputFolder(folder);
  for (const file of [document, curves, confusion]) await rm(file, { force: true });
  await detect(detecting, pictures, surroundings);
  const text = await runEvaluator(request, recipe, folder, surroundings);
  const evaluation = parseEvaluation(text, document);
  const title = detecting.image ?? detecting.model ?? `${request.service.name}, ${request.service.model}`;
  await writeFileAtomic(curves, precisionRecall(evaluation, title));
  await writeFileAtomic(confusion, confusionPicture(evaluation.confusion, title));
  await writeFileAtomic(document, text);
  return evaluation;
}

/** One of the two that are compared: where its results go, and how it detects. */
export interface Side {
  readonly folder: string;
  readonly detecting: InferRequest;
}

/** The two pictures to look at. */
export function picturesIn(folder: string): readonly [string, string] {
  return [join(folder, 'precision-recall.svg'), join(folder, 'confusion.svg')];
}

/** The service as it is. */
export function ownSide({ output, detecting }: EvaluateRequest): Side {
  return { folder: output, detecting };
}

/** What it is compared with, as far as that must be measured first. */
export function otherSide({ output, detecting }: EvaluateRequest, against: Against): Side {
  const folder = join(output, 'against');
  const changed = { ...detecting, output: join(folder, 'detections') };
  if (against.kind === 'model') return { folder, detecting: { ...changed, model: against.name } };
  return { folder, detecting: { ...changed, runner: 'container', image: against.name } };
}
