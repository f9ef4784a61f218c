import { printable } from '../../engine/command';
import { removeContainer } from '../../engine/docker-run';
import { serveContainer } from '../../engine/docker-serve';
import { buildCommands } from '../../images/build-commands';
import { ensureImages } from '../../images/ensure-images';
import { planService } from '../../images/plan-service';
import { planDocument } from '../../images/receipt';
import { plainRequest, type ImagesRequest } from '../../images/request';
import { machineOf, serviceImage } from '../infer/container-runner';
import type { Surroundings } from '../infer/surroundings';
import { serveArguments, type ServeRequest } from './request';
import type { Server, ServerPlan } from './server';

/** The server in the service's image, which is built first if it is missing. */
export async function containerServer(request: ServeRequest, surroundings: Surroundings): Promise<Server> {
  const receipt = await ensureImages(imagesOf(request, surroundings), machineOf(request, surroundings));
  return serverIn(serviceImage(receipt.images).ref, request);
}

/** The commands of the same; nothing is run that changes anything. */
export async function planContainerServer(
  request: ServeRequest,
  surroundings: Surroundings,
): Promise<ServerPlan> {
  const machine = machineOf(request, surroundings);
  const images = imagesOf(request, surroundings);
  const planned = await planService(images, machine, {
    needsEngine: false,
    writesPins: false,
    fetchesWeights: false,
  });
  const { ref } = serviceImage(planDocument(request.service, planned.plan).images);
  const builds = buildCommands(planned, machine.engine.commands);
  return [...builds, serverIn(ref, request).command].map((command) => printable(command));
}

function imagesOf(request: ServeRequest, { env }: Surroundings): ImagesRequest {
  return plainRequest(request.workspaceRoot, request.service, env, {
    projects: request.projects,
    variants: [request.variant],
  });
}

function serverIn(image: string, request: ServeRequest): Server {
  const { service, variant, host, port } = request;
  const name = `tfod-serve-${process.pid}-${service.name}`;
  const command = serveContainer({
    name,
    image,
    gpus: variant === 'gpu',
    host,
    port,
    containerPort: service.port,
    env: { TFOD_IMAGE_REF: image },
    args: serveArguments(request),
  });
  return { command, clear: removeContainer(name) };
}
