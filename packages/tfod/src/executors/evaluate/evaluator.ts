import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Minor } from '../../compat/matrix';
import { printable, type Command } from '../../engine/command';
import { cacheDir } from '../../files/cache-dir';
import { findRuntimeWheel } from '../../images/runtime-wheel';
import { TfodError } from '../../values/tfod-error';
import { findAnyPython } from '../infer/find-python';
import type { Surroundings } from '../infer/surroundings';
import {
  ensureEnvironment,
  environmentCommands,
  findEnvironment,
  type Recipe,
  type Workshop,
} from '../infer/virtual-environment';
import type { EvaluateRequest } from './request';

/** The Pythons that data/evaluation.lock has wheels for. */
const PYTHONS: readonly Minor[] = ['3.13', '3.12', '3.11', '3.10'];
const LOCK = join(__dirname, '..', '..', '..', 'data', 'evaluation.lock');

/** What the environment is made from in which pycocotools runs; throws PYTHON_NOT_FOUND. */
export async function evaluatorRecipe({ run, platform, wheelFolder }: Surroundings): Promise<Recipe> {
  const wheels = await findRuntimeWheel(wheelFolder);
  const wheel = (await readdir(wheels)).find((name) => name.endsWith('.whl')) ?? '';
  return { python: await findAnyPython(PYTHONS, run, platform), lock: LOCK, wheel: join(wheels, wheel) };
}

/** Evaluates the detections in a folder; the text of the document. Throws what the evaluation says. */
export async function runEvaluator(
  request: EvaluateRequest,
  recipe: Recipe,
  folder: string,
  surroundings: Surroundings,
): Promise<string> {
  const python = await ensureEnvironment(recipe, workshopOf(request, surroundings));
  const command = evaluatorCommand(request, python, folder);
  if (request.verbose) surroundings.report(printable(command));
  const ran = await surroundings.run(command, { signal: surroundings.signal });
  if (ran.code === 0) return ran.stdout;
  throw new TfodError({
    code: 'EVALUATE_FAILED',
    what: 'The detections could not be evaluated',
    found: ran.stderr.trim().replaceAll('\n', '\n            ') || String(ran.signal ?? ran.code),
    remedy: 'mend what it says; --verbose prints the commands',
  });
}

/** The commands of `runEvaluator`, those that make the environment included where there is none yet. */
export async function evaluatorCommands(
  request: EvaluateRequest,
  recipe: Recipe,
  folder: string,
  surroundings: Surroundings,
): Promise<readonly Command[]> {
  const workshop = workshopOf(request, surroundings);
  const { key, python } = await findEnvironment(recipe, workshop);
  const making = environmentCommands(recipe, join(workshop.folder, key), workshop.platform);
  return [
    ...(python === undefined ? making : []),
    evaluatorCommand(request, python ?? making[1]?.file ?? '', folder),
  ];
}

function evaluatorCommand(
  { annotations, iouType, minScore }: EvaluateRequest,
  python: string,
  folder: string,
): Command {
  return {
    file: python,
    args: [
      ...['-m', 'tfod_runtime.evaluation'],
      ...['--annotations', annotations],
      ...['--detections', join(folder, 'detections', 'detections.jsonl')],
      ...['--iou-type', iouType],
      ...['--min-score', String(minScore)],
    ],
  };
}

function workshopOf({ verbose }: EvaluateRequest, surroundings: Surroundings): Workshop {
  const { env, platform, run, report, signal } = surroundings;
  return { folder: join(cacheDir(env, platform), 'venvs'), platform, run, report, verbose, signal };
}
