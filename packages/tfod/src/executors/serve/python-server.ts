import { join } from 'node:path';
import { printable } from '../../engine/command';
import { cacheDir } from '../../files/cache-dir';
import { pythonCommand, pythonService, workshopOf, type PythonService } from '../infer/python-service';
import { ensureServiceEnvironment, planServiceEnvironment } from '../infer/service-environment';
import type { Surroundings } from '../infer/surroundings';
import { serveArguments, type ServeRequest } from './request';
import type { Server, ServerPlan } from './server';

/** The server in a virtual environment made from the service's lock, which is made first if it is missing. */
export async function pythonServer(request: ServeRequest, surroundings: Surroundings): Promise<Server> {
  const service = await pythonService(request, surroundings);
  const environment = workshop(request, surroundings);
  const python = await ensureServiceEnvironment(request, service, environment, surroundings);
  return { command: serverIn(request, service, python) };
}

/** The commands of the same; nothing is run that changes anything. */
export async function planPythonServer(
  request: ServeRequest,
  surroundings: Surroundings,
): Promise<ServerPlan> {
  const service = await pythonService(request, surroundings);
  const plan = await planServiceEnvironment(request, service, workshop(request, surroundings));
  return [...plan.commands, serverIn(request, service, plan.python)].map((command) => printable(command));
}

function workshop(request: ServeRequest, surroundings: Surroundings) {
  const folder = join(cacheDir(surroundings.env, surroundings.platform), 'venvs');
  return workshopOf(request, surroundings, folder);
}

function serverIn(request: ServeRequest, service: PythonService, python: string) {
  const { host, port } = request;
  const address = ['--host', host, '--port', String(port)];
  return pythonCommand(request, python, service, [...serveArguments(request), ...address]);
}
