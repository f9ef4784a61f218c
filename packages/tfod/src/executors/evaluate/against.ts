import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseEvaluation, type Evaluation } from '../../evaluation/evaluation';
import { readyModel } from '../../models/ready-model';
import { parseImageRef } from '../../values/image-ref';
import { TfodError } from '../../values/tfod-error';
import type { EvaluateRequest } from './request';

/** What an evaluation is compared with. */
export type Against =
  | { readonly kind: 'evaluation'; readonly name: string; readonly evaluation: Evaluation }
  | { readonly kind: 'model'; readonly name: string }
  | { readonly kind: 'image'; readonly name: string };

/** Finds out what --against names, and whether it is fit; throws a TfodError. */
export async function findAgainst(
  request: EvaluateRequest,
  env: NodeJS.ProcessEnv,
): Promise<Against | undefined> {
  const { workspaceRoot, service, against: name, dryRun } = request;
  if (name === undefined) return undefined;
  if (name.endsWith('.json')) return readEvaluation(workspaceRoot, name);
  const models = await modelsOf(join(workspaceRoot, service.root, 'models'));
  if (models.includes(name)) {
    const problems = await readyModel(
      workspaceRoot,
      { ...service, model: name },
      env,
      dryRun ? 'store' : 'network',
    );
    if (problems.length > 0) throw new TfodError(problems);
    return { kind: 'model', name };
  }
  if (isImage(name)) return { kind: 'image', name };
  throw new TfodError({
    code: 'EVALUATE_AGAINST',
    what: 'There is nothing of that name to compare with',
    where: '--against',
    expected: `a model (${models.join(', ')}), an evaluation.json, or an image with its tag (parking:1.4.0-cpu)`,
    found: name,
    remedy: 'correct --against',
  });
}

async function readEvaluation(workspaceRoot: string, name: string): Promise<Against> {
  const text = await readFile(resolve(workspaceRoot, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new TfodError(
      {
        code: 'EVALUATE_AGAINST',
        what: 'The evaluation to compare with cannot be read',
        where: '--against',
        found: `${name}: ${error.code}`,
        remedy: 'name an evaluation.json, from the workspace root',
      },
      { cause: error },
    );
  });
  return { kind: 'evaluation', name, evaluation: parseEvaluation(text, name) };
}

async function modelsOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** A bare word is more likely a model that was misspelt than an image. */
function isImage(name: string): boolean {
  if (!/[:@/]/.test(name)) return false;
  try {
    return parseImageRef(name) !== undefined;
  } catch {
    return false;
  }
}
