import { parseRepository } from '../values/image-ref';
import { chainOf } from './chain';
import { ensurePins } from './ensure-pins';
import { gather, type Facts } from './gather';
import type { Image } from './image';
import { planImages, type Plan } from './plan';
import type { ImagesRequest, Machine } from './request';

/** What is to be done for a service, and what it was found out from. */
export interface PlannedService {
  readonly request: ImagesRequest;
  readonly facts: Facts;
  /** The whole chain, also what the plan leaves out. */
  readonly images: readonly Image[];
  readonly plan: Plan;
}

/**
 * Reads and plans; writes nothing but pins that are missing, and these only when the lock is not frozen. Throws
 * a TfodError with every problem.
 */
export async function planService(
  request: ImagesRequest,
  machine: Machine,
  options: { readonly needsEngine?: boolean } = {},
): Promise<PlannedService> {
  const facts = await gather(request, machine, options);
  const pins = await ensurePins(facts.pins, facts.unpinned, request.workspaceRoot, machine);
  const repository = parseRepository(request.service.image);
  const images = chainOf({ facts: facts.images, pins, repository, tags: request.tags });
  const plan = planImages({ images, present: facts.present, kept: facts.kept, force: request.force });
  return { request, facts, images, plan };
}
