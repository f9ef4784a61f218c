import { dockerEngine } from '../../engine/docker';
import type { PlanEntry } from '../../images/receipt';
import type { Machine } from '../../images/request';
import { ensureVariantImage, planVariantImage } from '../variant-image';
import type { GpuVerifyRequest } from './request';
import type { Stoppable } from './surroundings';

/** Builds the GPU image if it is missing. */
export async function ensureImage(request: GpuVerifyRequest, around: Stoppable): Promise<PlanEntry> {
  return ensureVariantImage({ ...request, variant: 'gpu' }, machineOf(request, around));
}

/** The image as it will be called; the engine need not answer for that, and nothing is written. */
export async function plannedImage(request: GpuVerifyRequest, around: Stoppable): Promise<PlanEntry> {
  const imageOptions = { ...request.imageOptions, frozenLock: true };
  const asked = { ...request, variant: 'gpu', imageOptions } as const;
  return (await planVariantImage(asked, machineOf(request, around))).image;
}

function machineOf({ verbose }: GpuVerifyRequest, around: Stoppable): Machine {
  const { env, run, report, signal, wheelFolder } = around;
  const engine = dockerEngine(run);
  return { engine, env, report, verbose, signal, ...(wheelFolder !== undefined && { wheelFolder }) };
}
