import { dockerEngine } from '../../engine/docker';
import { ensureImages } from '../../images/ensure-images';
import { planService } from '../../images/plan-service';
import { planDocument, type PlanEntry } from '../../images/receipt';
import { plainRequest, type ImagesRequest, type Machine } from '../../images/request';
import type { GpuVerifyRequest } from './request';
import type { Stoppable } from './surroundings';

/** Builds the GPU image if it is missing; its ref. */
export async function ensureImage(request: GpuVerifyRequest, around: Stoppable): Promise<string> {
  const { images } = await ensureImages(imagesOf(request, around), machineOf(request, around));
  return serviceImage(images).ref;
}

/** The image as it will be called; the engine need not answer for that, and nothing is written. */
export async function plannedImage(request: GpuVerifyRequest, around: Stoppable): Promise<PlanEntry> {
  const images = { ...imagesOf(request, around), frozenLock: true };
  const options = { needsEngine: false, writesPins: false, fetchesWeights: false };
  const { plan } = await planService(images, machineOf(request, around), options);
  return serviceImage(planDocument(request.service, plan).images);
}

function imagesOf({ workspaceRoot, service, projects }: GpuVerifyRequest, { env }: Stoppable): ImagesRequest {
  return plainRequest(workspaceRoot, service, env, { projects, variants: ['gpu'] });
}

function machineOf({ verbose }: GpuVerifyRequest, around: Stoppable): Machine {
  const { env, run, report, signal, wheelFolder } = around;
  const engine = dockerEngine(run);
  return { engine, env, report, verbose, signal, ...(wheelFolder !== undefined && { wheelFolder }) };
}

function serviceImage<Entry extends PlanEntry>(images: readonly Entry[]): Entry {
  const image = images.find(({ role }) => role === 'service');
  if (!image) throw new Error('the images of a service hold no service image');
  return image;
}
