import { join } from 'node:path';
import { readText } from '../files/read-text';
import type { Service } from '../service/service';
import { MODELS_LOCK_FILE, NO_MODELS, parseModelsLock, type ModelsLock } from './models-lock';

/** The lock of a service's models; empty when there is none. Throws MODELS_LOCK_MALFORMED. */
export async function readModelsLock(
  workspaceRoot: string,
  service: Pick<Service, 'root'>,
): Promise<ModelsLock> {
  const file = join(workspaceRoot, service.root, MODELS_LOCK_FILE);
  try {
    return parseModelsLock(await readText(file), `${service.root}/${MODELS_LOCK_FILE}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NO_MODELS;
    throw error;
  }
}
