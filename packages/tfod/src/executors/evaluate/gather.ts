import { readFile } from 'node:fs/promises';
import { annotatedPictures, picturesToEvaluate } from '../../evaluation/annotations';
import { Problems } from '../../images/problems';
import { readyModel } from '../../models/ready-model';
import { TfodError } from '../../values/tfod-error';
import { findPictures, type Picture } from '../infer/find-pictures';
import type { Surroundings } from '../infer/surroundings';
import type { Recipe } from '../infer/virtual-environment';
import { findAgainst, type Against } from './against';
import { evaluatorRecipe } from './evaluator';
import type { EvaluateRequest } from './request';

/** What an evaluation is made from. */
export interface Gathered {
  readonly pictures: readonly Picture[];
  readonly recipe: Recipe;
  readonly against: Against | undefined;
}

/** Reads everything; throws a TfodError with all that is wrong before the first picture is looked at. */
export async function gather(request: EvaluateRequest, surroundings: Surroundings): Promise<Gathered> {
  const { workspaceRoot, service, images, output, dryRun } = request;
  const { env } = surroundings;
  const problems = new Problems();
  problems.add(...(await readyModel(workspaceRoot, service, env, dryRun ? 'store' : 'network')));
  const annotated = await problems.attempt(() => readAnnotated(request.annotations));
  const found = await problems.attempt(() => findPictures(workspaceRoot, [images], output));
  const chosen = annotated && found && picturesToEvaluate(annotated, found);
  problems.add(...(chosen?.problems ?? []));
  const against = await problems.attempt(async () => ({ it: await findAgainst(request, env) }));
  const recipe = await problems.attempt(() => evaluatorRecipe(surroundings));
  problems.throwAny();
  return { pictures: chosen?.pictures ?? [], recipe: recipe as Recipe, against: against?.it };
}

async function readAnnotated(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new TfodError(
      {
        code: 'ANNOTATIONS_INVALID',
        what: 'The annotations cannot be read',
        where: path,
        found: error.code ?? String(error),
        remedy: 'correct --annotations; a path counts from the workspace root',
      },
      { cause: error },
    );
  });
  return annotatedPictures(text, path);
}
