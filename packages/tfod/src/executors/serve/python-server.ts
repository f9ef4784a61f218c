import { join } from 'node:path';
import { printable } from '../../engine/command';
import { cacheDir } from '../../files/cache-dir';
import { pythonCommand, pythonService, workshopOf } from '../infer/python-service';
import type { Surroundings } from '../infer/surroundings';
import { ensureEnvironment, environmentCommands, findEnvironment } from '../infer/virtual-environment';
import { serveArguments, type ServeRequest } from './request';
import type { Server, ServerPlan } from './server';

/** The server in a virtual environment made from the service's lock, which is made first if it is missing. */
export async function pythonServer(request: ServeRequest, surroundings: Surroundings): Promise<Server> {
  const { entryPoint, recipe } = await pythonService(request, surroundings);
  const python = await ensureEnvironment(recipe, workshop(request, surroundings));
  return { command: serverIn(request, python, entryPoint) };
}

/** The commands of the same; nothing is run that changes anything. */
export async function planPythonServer(
  request: ServeRequest,
  surroundings: Surroundings,
): Promise<ServerPlan> {
  const { entryPoint, recipe } = await pythonService(request, surroundings);
  const { folder, platform } = workshop(request, surroundings);
  const { key, python } = await findEnvironment(recipe, workshop(request, surroundings));
  const commands = environmentCommands(recipe, join(folder, key), platform);
  const installed = commands.at(-1)?.file ?? '';
  const server = serverIn(request, python ?? installed, entryPoint);
  return [...(python === undefined ? commands : []), server].map((command) => printable(command));
}

function workshop(request: ServeRequest, surroundings: Surroundings) {
  const folder = join(cacheDir(surroundings.env, surroundings.platform), 'venvs');
  return workshopOf(request, surroundings, folder);
}

function serverIn(request: ServeRequest, python: string, entryPoint: readonly string[]) {
  const { host, port } = request;
  const address = ['--host', host, '--port', String(port)];
  return pythonCommand(request, python, entryPoint, [...serveArguments(request), ...address]);
}
