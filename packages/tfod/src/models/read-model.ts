import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Service } from '../service/service';
import type { Problem } from '../values/tfod-error';

/** The folder of a service's model, absolute. */
export function modelFolder(workspaceRoot: string, service: Service): string {
  return join(workspaceRoot, service.root, 'models', service.model);
}

/** Everything that keeps the service's model from going into an image; empty when it is fit. */
export async function checkModel(workspaceRoot: string, service: Service): Promise<Problem[]> {
  const where = `${service.root}/models/${service.model}`;
  const exists = await access(modelFolder(workspaceRoot, service)).then(
    () => true,
    () => false,
  );
  if (exists) return [];
  return [
    {
      code: 'MODEL_MISSING',
      what: `The model "${service.model}" of ${service.name} is not there`,
      where,
      remedy: `put the model into ${where}, or name another folder of ${service.root}/models in tfod.json`,
    },
  ];
}
