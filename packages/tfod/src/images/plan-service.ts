import type { EngineImage } from '../engine/engine';
import { parseRepository } from '../values/image-ref';
import { chainOf } from './chain';
import { ensurePins, foreseePins } from './ensure-pins';
import { gather, type Facts } from './gather';
import type { Image } from './image';
import { planImages, type Plan, type PlannedImage } from './plan';
import type { ImagesRequest, Machine } from './request';

/** What is to be done for a service, and what it was found out from. */
export interface PlannedService {
  readonly request: ImagesRequest;
  readonly facts: Facts;
  /** The whole chain, also what the plan leaves out. */
  readonly images: readonly Image[];
  readonly plan: Plan;
}

export interface PlanOptions {
  /** Whether an engine that does not answer is a problem, or one without images. */
  readonly needsEngine?: boolean;
  /** Whether missing pins are written down. */
  readonly writesPins?: boolean;
  /** Whether weights of models that are nowhere on this machine are fetched. */
  readonly fetchesWeights?: boolean;
}

/**
 * Reads and plans; writes nothing but pins and weights that are missing. Throws a TfodError with every problem.
 */
export async function planService(
  request: ImagesRequest,
  machine: Machine,
  { needsEngine = true, writesPins = true, fetchesWeights = true }: PlanOptions = {},
): Promise<PlannedService> {
  const facts = await gather(request, machine, { needsEngine, fetchesWeights });
  const pin = writesPins ? ensurePins : foreseePins;
  const pins = await pin(facts, request.workspaceRoot, machine);
  const repository = parseRepository(request.service.image);
  const images = chainOf({ facts: facts.images, pins, repository, tags: request.tags });
  const plan = planImages({ images, present: facts.present, kept: facts.kept, force: request.force });
  return { request, facts, images, plan };
}

/** The same plan after another look at the engine. */
export function planAgain(planned: PlannedService, present: readonly EngineImage[]): PlannedService {
  const facts = { ...planned.facts, present };
  const { images, request } = planned;
  const plan = planImages({ images, present, kept: facts.kept, force: request.force });
  return { ...planned, facts, plan: plan.map((each) => sayWhoBuilt(each, planned.plan)) };
}

function sayWhoBuilt(each: PlannedImage, before: Plan): PlannedImage {
  const was = before.find(({ image }) => image.name === each.image.name);
  if (each.verdict !== 'present' || was?.verdict !== 'build') return each;
  return { ...each, reasons: ['another process built it meanwhile', ...each.reasons] };
}
