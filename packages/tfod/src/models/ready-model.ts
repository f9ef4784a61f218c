import type { Service } from '../service/service';
import { TfodError, type Problem } from '../values/tfod-error';
import type { Reach } from './ensure-weights';
import { checkModel } from './read-model';
import { readModelsLock } from './read-models-lock';

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
    if (await areFetched(workspaceRoot, service)) {
      // Loaded for those few models whose weights are not in the commit.
      const [{ ensureWeights }, { thisMachine }] = await Promise.all([
        import('./ensure-weights'),
        import('./source/stored-model'),
      ]);
      await ensureWeights(workspaceRoot, service, thisMachine(env), reach);
    }
  } catch (error) {
    if (error instanceof TfodError) return error.problems;
    throw error;
  }
  return checkModel(workspaceRoot, service);
}

async function areFetched(workspaceRoot: string, service: Service): Promise<boolean> {
  const lock = await readModelsLock(workspaceRoot, service);
  return lock.get(service.model)?.weights === 'fetched';
}
