import type { Service } from '../service/service';
import { TfodError, type Problem } from '../values/tfod-error';
import { ensureWeights, type Reach } from './ensure-weights';
import { checkModel } from './read-model';
import { thisMachine } from './source/stored-model';

/**
 * Brings the weights of the service's model, as far as they are fetched and within reach, and looks whether it is
 * fit; everything that keeps it from being used.
 */
export async function readyModel(
  workspaceRoot: string,
  service: Service,
  env: NodeJS.ProcessEnv,
  reach: Reach,
): Promise<readonly Problem[]> {
  try {
    await ensureWeights(workspaceRoot, service, thisMachine(env), reach);
  } catch (error) {
    if (error instanceof TfodError) return error.problems;
    throw error;
  }
  return checkModel(workspaceRoot, service);
}
