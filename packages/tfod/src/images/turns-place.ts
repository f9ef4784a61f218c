import { join } from 'node:path';
import { digestOf, hexOf } from '../values/digest';
import { turnsFolder, type Machine } from './request';

/** Where processes take turns at the images of an engine: two engines are two places to build the same image in. */
export async function turnsPlace({
  engine,
  env,
}: {
  readonly engine: Pick<Machine['engine'], 'identity'>;
  readonly env: Machine['env'];
}): Promise<string> {
  const name = hexOf(digestOf(await engine.identity())).slice(0, 16);
  return join(turnsFolder(env), name);
}
