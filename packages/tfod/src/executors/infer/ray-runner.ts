import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { minorOf } from '../../compat/matrix';
import { readShippedLocks } from '../../compat/shipped-locks';
import { toolchainInUse } from '../../compat/toolchain-in-use';
import { printable, type Command } from '../../engine/command';
import { cacheDir } from '../../files/cache-dir';
import { readyModel } from '../../models/ready-model';
import { Problems } from '../../images/problems';
import { TfodError } from '../../values/tfod-error';
import { pythonCommand, pythonService, workshopOf } from './python-service';
import type { InferRequest, RayRequest } from './request';
import type { Surroundings } from './surroundings';
import { ensureEnvironment, environmentCommands, findEnvironment, type Recipe } from './virtual-environment';

/**
 * Looks at pictures with the workers of a Ray cluster, from a virtual environment made from the service's lock and
 * the ray.lock that belongs to it; the exit code of the runtime.
 */
export async function inferOnRay(
  request: InferRequest,
  ray: RayRequest,
  surroundings: Surroundings,
): Promise<number> {
  const { env, platform, print, report, run, signal } = surroundings;
  const problems = new Problems();
  const reach = request.dryRun ? 'store' : 'network';
  problems.add(...(await readyModel(request.workspaceRoot, request.service, env, reach)));
  const service = await problems.attempt(() => pythonService(request, surroundings));
  problems.throwAny();
  if (!service) return 1;
  const workshop = workshopOf(request, surroundings, join(cacheDir(env, platform), 'venvs'));
  const recipe = { ...service.recipe, extra: await rayLock(service.recipe) };
  const commandWith = (python: string): Command =>
    pythonCommand(request, python, service, rayArguments(request, ray));
  if (request.dryRun) {
    const { key, python } = await findEnvironment(recipe, workshop);
    const making = environmentCommands(recipe, join(workshop.folder, key), platform);
    const command = commandWith(python ?? making.at(-1)?.file ?? '');
    for (const each of [...(python === undefined ? making : []), command]) print(printable(each));
    return 0;
  }
  const command = commandWith(await ensureEnvironment(recipe, workshop));
  if (request.verbose) report(printable(command));
  const onLine = (line: string, stream: string): void => (stream === 'stdout' ? print : report)(line);
  return (await run(command, { signal, onLine })).code ?? 1;
}

/** The command line of the runtime's `ray`. */
export function rayArguments(request: InferRequest, ray: RayRequest): readonly string[] {
  const { minScore, maxDetections, annotate, allowFailures, json, verbose } = request;
  const flag = (name: string, value: string | number | undefined): readonly string[] =>
    value === undefined ? [] : [name, String(value)];
  return [
    ...['ray', ...ray.inputs, '--output', ray.output],
    ...flag('--address', ray.address),
    ...flag('--workers', ray.workers),
    ...flag('--min-score', minScore),
    ...flag('--max-detections', maxDetections),
    ...(annotate ? [] : ['--no-annotate']),
    ...(allowFailures ? ['--allow-failures'] : []),
    ...(json ? ['--json'] : []),
    ...(verbose ? ['--verbose'] : []),
  ];
}

/** The shipped lock of Ray at the versions of the service's own; throws RAY_LOCK_MISSING. */
async function rayLock({ lock, python }: Recipe): Promise<string> {
  const { tensorflow } = toolchainInUse({
    baseDockerfile: undefined,
    requirements: await readFile(lock, 'utf8'),
  });
  const minor = minorOf(python.version);
  const shipped = readShippedLocks().find((each) => each.tensorflow === tensorflow && each.python === minor);
  const file = shipped && join(shipped.folder, 'ray.lock');
  if (file !== undefined && existsSync(file)) return file;
  throw new TfodError({
    code: 'RAY_LOCK_MISSING',
    what: 'There is no lock of Ray for what the service stands on',
    where: lock,
    found: `TensorFlow ${tensorflow ?? 'unknown'} on Python ${minor ?? python.version}`,
    remedy: 'nx g tfod:service --help tells which versions are supported',
  });
}
