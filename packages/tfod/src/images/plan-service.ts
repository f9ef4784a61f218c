import type { EngineImage } from '../engine/engine';
import { registriesOf, type Registries } from '../registry/registry';
import { chainOf } from './chain';
import { ensurePins, foreseePins } from './ensure-pins';
import { gather, type Facts } from './gather';
import type { Image } from './image';
import { lookUp } from './look-up/look-up';
import { NOTHING_SEEN, type RegistryView } from './look-up/registry-view';
import { planImages, type Plan, type PlannedImage } from './plan';
import { imageRepository } from './repository';
import type { ImagesRequest, Machine } from './request';

/** What is to be done for a service, and what it was found out from. */
export interface PlannedService {
  readonly request: ImagesRequest;
  readonly facts: Facts;
  /** The whole chain, also what the plan leaves out. */
  readonly images: readonly Image[];
  readonly plan: Plan;
  /** What the registry was seen to have. */
  readonly seen: RegistryView;
  readonly registries: Registries;
}

export interface PlanOptions {
  /** Whether an engine that does not answer is a problem, or one without images. */
  readonly needsEngine?: boolean;
  /** Whether missing pins are written down. */
  readonly writesPins?: boolean;
  /** Whether weights of models that are nowhere on this machine are fetched. */
  readonly fetchesWeights?: boolean;
  /** Whether registries are asked for what the engine does not have; default: if the engine is needed. */
  readonly asksRegistry?: boolean;
}

/**
 * Reads and plans; writes nothing but pins and weights that are missing. Throws a TfodError with every problem.
 */
export async function planService(
  request: ImagesRequest,
  machine: Machine,
  {
    needsEngine = true,
    writesPins = true,
    fetchesWeights = true,
    asksRegistry = needsEngine,
  }: PlanOptions = {},
): Promise<PlannedService> {
  const facts = await gather(request, machine, { needsEngine, fetchesWeights });
  const pin = writesPins ? ensurePins : foreseePins;
  const pins = await pin(facts, request.workspaceRoot, machine);
  const { registry, tags } = request;
  const repository = imageRepository(request.service.image, registry);
  const chain = { facts: facts.images, pins, repository, tags };
  const images = chainOf({ ...chain, ...(registry !== undefined && { registry }) });
  const { present, kept } = facts;
  const { env, signal, report, registries = registriesOf({ env, ...(signal && { signal }) }) } = machine;
  const asked = { images, present, request, registries, report };
  const seen = asksRegistry ? await lookUp(asked) : NOTHING_SEEN;
  const { force, goal, push } = request;
  const plan = planImages({ images, present, kept, seen, force, goal, push });
  return { request, facts, images, plan, seen, registries };
}

/** The same plan after another look at the engine. */
export function planAgain(planned: PlannedService, present: readonly EngineImage[]): PlannedService {
  const facts = { ...planned.facts, present };
  const { images, request, seen } = planned;
  const { force, goal, push } = request;
  const plan = planImages({ images, present, kept: facts.kept, seen, force, goal, push });
  return { ...planned, facts, plan: plan.map((each) => sayHowItCame(each, planned.plan)) };
}

function sayHowItCame(each: PlannedImage, before: Plan): PlannedImage {
  const was = before.find(({ image }) => image.name === each.image.name);
  if (each.verdict === 'present' && was?.verdict === 'pull') {
    return { ...each, verdict: 'pull', reasons: was.reasons };
  }
  if (each.verdict !== 'present' || was?.verdict !== 'build') return each;
  return { ...each, reasons: ['another process built it meanwhile', ...each.reasons] };
}
