import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { TfodError } from '../values/tfod-error';

/** The name by which a Dockerfile mounts the runtime wheel. */
export const RUNTIME_WHEEL = 'tfod-runtime';

/** Where the published package has it: beside its `src`. */
export const SHIPPED_WHEEL_FOLDER = resolve(__dirname, '../../runtime');

/** The folder with the runtime wheel, when it holds exactly one; throws RUNTIME_WHEEL_MISSING. */
export async function findRuntimeWheel(folder: string = SHIPPED_WHEEL_FOLDER): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const wheels = names.filter((name) => name.endsWith('.whl'));
  if (wheels.length === 1) return folder;
  throw new TfodError({
    code: 'RUNTIME_WHEEL_MISSING',
    what: 'The plugin does not hold the runtime that goes into every image',
    where: join(folder, '*.whl'),
    expected: 'one wheel of tfod_runtime',
    found: wheels.length === 0 ? 'none' : wheels.join(', '),
    remedy: 'install the package tfod again; in a checkout of tfod itself, run nx build tfod',
  });
}
