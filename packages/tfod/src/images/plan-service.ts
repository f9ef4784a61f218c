import type { EngineImage } from '../engine/engine';
import { registriesOf, type Registries } from '../registry/registry';
import { TfodError } from '../values/tfod-error';
import { cachesOf, type Caches } from './caches';
import { chainOf } from './chain';
import { ensurePins, foreseePins } from './ensure-pins';
import { gather, lookAtEngine, type Facts } from './gather';
import type { Image } from './image';
import { lookUp } from './look-up/look-up';
import { NOTHING_SEEN, type RegistryView } from './look-up/registry-view';
import { sharedLooks } from './look-up/shared-looks';
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

/** A service of which something is wrong. */
export interface NotPlanned {
  readonly request: ImagesRequest;
  /** Every problem. */
  readonly error: TfodError;
}

export type Planned = PlannedService | NotPlanned;

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
  options?: PlanOptions,
): Promise<PlannedService> {
  const [planned] = await planServices([request], machine, options);
  if (planned === undefined || 'error' in planned) throw planned?.error;
  return planned;
}

/** The same for several services, after one look at the engine. What is wrong with one is no matter of the others. */
export async function planServices(
  requests: readonly ImagesRequest[],
  machine: Machine,
  {
    needsEngine = true,
    writesPins = true,
    fetchesWeights = true,
    asksRegistry = needsEngine,
  }: PlanOptions = {},
): Promise<readonly Planned[]> {
  const look = lookAtEngine(machine, needsEngine);
  const gathered = await Promise.all(
    requests.map((request) => settled(request, () => gather(request, machine, { look, fetchesWeights }))),
  );
  const pin = writesPins ? ensurePins : foreseePins;
  const chains: (Chain | NotPlanned)[] = [];
  for (const each of gathered) {
    chains.push('error' in each ? each : await settled(each.request, () => chainFor(each, pin, machine)));
  }
  const { env, signal } = machine;
  const registries = machine.registries ?? registriesOf({ env, ...(signal && { signal }) });
  const looks = sharedLooks(registries);
  const report = onlyOnce(machine.report);
  return Promise.all(
    chains.map(async (chain) => {
      if ('error' in chain) return chain;
      const { request, facts, images } = chain.value;
      const { present } = facts;
      const asked = { images, present, request, registries: looks, report };
      const seen = await settled(request, async () => (asksRegistry ? lookUp(asked) : NOTHING_SEEN));
      return 'error' in seen ? seen : planOf({ request, facts, images, seen: seen.value, registries });
    }),
  );
}

/** The same plan after another look at the engine. */
export function planAgain(planned: PlannedService, present: readonly EngineImage[]): PlannedService {
  const again = planOf({ ...planned, facts: { ...planned.facts, present } });
  return { ...again, plan: again.plan.map((each) => sayHowItCame(each, planned.plan)) };
}

type Chain = Settled<Pick<PlannedService, 'request' | 'facts' | 'images'>>;

/** The images that a service needs, when all that they stand on has its pin. */
async function chainFor(
  { request, value: facts }: Settled<Facts>,
  pin: typeof ensurePins,
  machine: Machine,
): Promise<Chain['value']> {
  const pins = await pin(facts, request.workspaceRoot, machine);
  const { registry, tags } = request;
  const repository = imageRepository(request.service.image, registry);
  const chain = { facts: facts.images, pins, repository, tags };
  return { request, facts, images: chainOf({ ...chain, ...(registry !== undefined && { registry }) }) };
}

function planOf(known: Omit<PlannedService, 'plan'>): PlannedService {
  const { request, facts, images, seen } = known;
  const { present, kept } = facts;
  const { force, goal, push, caches } = request;
  const plan = planImages({ images, present, kept, seen, force, goal, push });
  const named = (image: Image): Caches => cachesOf(image, request.service, caches);
  return { ...known, plan: plan.map((each) => ({ ...each, caches: named(each.image) })) };
}

/** An image that would be pulled, but is used where it is. */
export function stayingThere(planned: PlannedImage): PlannedImage {
  return { ...planned, verdict: 'present', missingRefs: [] };
}

function sayHowItCame(each: PlannedImage, before: Plan): PlannedImage {
  const was = before.find(({ image }) => image.name === each.image.name);
  if (each.verdict === 'present' && was?.verdict === 'pull') {
    return { ...each, verdict: 'pull', reasons: was.reasons };
  }
  if (each.verdict === 'pull' && was?.verdict === 'present') return stayingThere(each);
  if (each.verdict !== 'present' || was?.verdict !== 'build') return each;
  return { ...each, reasons: ['another process built it meanwhile', ...each.reasons] };
}

/** What is true of a registry is told once, and not for each service. */
function onlyOnce(report: Machine['report']): Machine['report'] {
  const told = new Set<string>();
  return (line) => {
    if (!told.has(line)) report(line);
    told.add(line);
  };
}

interface Settled<T> {
  readonly request: ImagesRequest;
  readonly value: T;
}

async function settled<T>(request: ImagesRequest, work: () => Promise<T>): Promise<Settled<T> | NotPlanned> {
  try {
    return { request, value: await work() };
  } catch (error) {
    if (!(error instanceof TfodError)) throw error;
    return { request, error };
  }
}
