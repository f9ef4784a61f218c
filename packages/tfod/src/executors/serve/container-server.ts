import { printable } from '../../engine/command';
import { containerName } from '../../engine/container-name';
import { removeContainer } from '../../engine/docker-run';
import { serveContainer } from '../../engine/docker-serve';
import { machineOf, type RunImage } from '../infer/container-runner';
import type { Surroundings } from '../infer/surroundings';
import { ensureVariantImage, planVariantImage } from '../variant-image';
import { serveArguments, type ServeRequest } from './request';
import type { Server, ServerPlan } from './server';

/** The server in the service's image, which is built first if it is missing. */
export async function containerServer(request: ServeRequest, surroundings: Surroundings): Promise<Server> {
  return serverIn(await ensureVariantImage(request, machineOf(request, surroundings)), request);
}

/** The commands of the same; nothing is run that changes anything. */
export async function planContainerServer(
  request: ServeRequest,
  surroundings: Surroundings,
): Promise<ServerPlan> {
  const { image, commands } = await planVariantImage(request, machineOf(request, surroundings));
  return [...commands, serverIn(image, request).command].map((command) => printable(command));
}

function serverIn({ ref, platform }: RunImage, request: ServeRequest): Server {
  const { service, variant, host, port } = request;
  const name = containerName('serve', service.name);
  const command = serveContainer({
    name,
    image: ref,
    platform,
    gpus: variant === 'gpu',
    host,
    port,
    containerPort: service.port,
    // What its Dockerfile says may be of a tfod.json of before.
    env: { TFOD_IMAGE_REF: ref, TFOD_PORT: String(service.port) },
    args: serveArguments(request),
  });
  return { command, clear: removeContainer(name) };
}
