import type { EngineImage } from '../engine/engine';
import { TfodError, type Problem } from '../values/tfod-error';
import { buildOnce } from './build-once';
import { asDiskFull, finish, type Ensured } from './finish';
import { ownerOfRef } from './key';
import { isGone, thisProcess } from './owner';
import { identityOf, joinPlans } from './join-plans';
import { pullFound } from './look-up/pull-found';
import { checkPushes } from './look-up/push-missing';
import { isAsked, type PlannedImage } from './plan';
import {
  planServices,
  stayingThere,
  type NotPlanned,
  type Planned,
  type PlannedService,
} from './plan-service';
import type { Receipt } from './receipt';
import { dropReceipt, dropReceiptBefore } from './receipt-file';
import type { ImagesRequest, Machine } from './request';
import { refuseTakenNames } from './taken-names';

/**
 * Makes sure that the engine has the images of a service: plans, builds what is missing, and writes the receipt
 * if it is to be written. Quiet and quick when all are there. Throws a TfodError with every problem; then a receipt that
 * was to be written is not there.
 */
export async function ensureImages(request: ImagesRequest, machine: Machine): Promise<Receipt> {
  for await (const ensured of ensureAll([request], machine)) {
    if ('error' in ensured) throw ensured.error;
    return ensured.receipt;
  }
  throw new Error('a service without an outcome');
}

/**
 * The same for several services, by one plan and one build for all that want the same builder. What is wrong with one
 * is no matter of the others. An outcome comes as soon as it is known.
 */
export async function* ensureAll(
  requests: readonly ImagesRequest[],
  machine: Machine,
): AsyncGenerator<Ensured, void, undefined> {
  const planned: PlannedService[] = [];
  for (const each of refuseTakenNames(await planServices(requests, machine))) {
    if ('error' in each) yield await refused(each);
    else planned.push(each);
  }
  for (const builder of new Set(planned.map(({ request }) => request.builder))) {
    const sameBuilder = planned.filter(({ request }) => request.builder === builder);
    yield* carryOut(sameBuilder, builder, machine);
  }
}

/** Makes plans true. The old receipts go first and the new ones come last: there is never one that lies. */
async function* carryOut(
  first: readonly PlannedService[],
  builder: string | undefined,
  machine: Machine,
): AsyncGenerator<Ensured, void, undefined> {
  const requests = first.map(({ request }) => request);
  let fallen: readonly NotPlanned[] = [];
  const bring = async (outcomes: readonly Planned[]): Promise<readonly PlannedService[]> => {
    const allowed = await Promise.all(outcomes.map(refusedPush));
    const brought = await bringPulled(allowed, builder, machine);
    fallen = brought.filter(isRefused);
    return brought.filter(isPlanned);
  };
  try {
    for (const each of first) await dropReceiptBefore(each, machine.report);
    const planFromStart = async () => {
      const outcomes = refuseTakenNames(await planServices(requests, machine));
      // What was done at first may have been edited since.
      for (const each of outcomes.filter(isPlanned)) await dropReceiptBefore(each, machine.report);
      return bring(outcomes);
    };
    const { planned, built } = await buildOnce(
      { planned: await bring(first), builder, planFromStart },
      machine,
    );
    try {
      for (const each of fallen) yield await refused(each);
      for (const each of planned) yield await finish(each, built, machine);
    } finally {
      // Last: until a service is finished, an image that a killed build left may have no other name.
      await dropAbandonedNames(planned, machine);
    }
  } catch (error) {
    throw asDiskFull(error);
  }
}

/** Who may not push hears of it before anything is pulled or built. */
async function refusedPush(outcome: Planned): Promise<Planned> {
  if (isRefused(outcome)) return outcome;
  try {
    await checkPushes(outcome.plan, outcome.registries);
    return outcome;
  } catch (error) {
    if (error instanceof TfodError) return { request: outcome.request, error };
    throw error;
  }
}

/**
 * What is pulled is there to build on; a builder that does not see the engine takes parents from the registry itself.
 * A service whose image does not come is out.
 */
async function bringPulled(
  outcomes: readonly Planned[],
  builder: string | undefined,
  machine: Machine,
): Promise<readonly Planned[]> {
  const pulled = new Map<string, EngineImage>();
  const problems = new Map<string, readonly Problem[]>();
  const { plan } = joinPlans(outcomes.filter(isPlanned));
  const staysThere = plan.some(isPulledParent) && !(await seesImages(builder, machine));
  for (const each of plan.filter((entry) => !(staysThere && isPulledParent(entry)))) {
    try {
      const found = (await pullFound([each], machine)).get(each.image.name);
      if (found) pulled.set(identityOf(each.image), found);
    } catch (error) {
      if (!(error instanceof TfodError)) throw error;
      problems.set(identityOf(each.image), error.problems);
    }
  }
  return outcomes.map((outcome) => {
    if (isRefused(outcome)) return outcome;
    const wrong = outcome.plan.flatMap(({ image }) => problems.get(identityOf(image)) ?? []);
    if (wrong.length > 0) return { request: outcome.request, error: new TfodError(wrong) };
    const plan = outcome.plan.map((each) => {
      const found = pulled.get(identityOf(each.image));
      if (found) return { ...each, found };
      return each.verdict === 'pull' ? stayingThere(each) : each;
    });
    return { ...outcome, plan };
  });
}

function isPulledParent({ image, verdict }: PlannedImage): boolean {
  return verdict === 'pull' && !isAsked(image);
}

/** What is wrong with a builder the build tells. */
async function seesImages(builder: string | undefined, { engine }: Machine): Promise<boolean> {
  return engine.openBuilder(builder).then(
    (opened) => opened.seesImages,
    () => true,
  );
}

function isPlanned(outcome: Planned): outcome is PlannedService {
  return !('error' in outcome);
}

function isRefused(outcome: Planned): outcome is NotPlanned {
  return 'error' in outcome;
}

/** The receipt of an earlier build tells of images that are not those of this tree. */
async function refused({ request, error }: NotPlanned): Promise<Ensured> {
  if (request.writesReceipt) await dropReceipt(request);
  return { request, error };
}

/**
 * The temporary names that processes left behind which were killed. An image that has no other name keeps it: another
 * process may have found it and be about to name it.
 */
async function dropAbandonedNames(planned: readonly PlannedService[], { engine }: Machine): Promise<void> {
  const self = thisProcess();
  const isAbandoned = (ref: string): boolean => {
    const owner = ownerOfRef(ref);
    return owner !== undefined && isGone(owner, self);
  };
  const refs = new Set(planned.flatMap(({ facts }) => facts.present.flatMap((image) => image.refs)));
  for (const image of await engine.inspect([...refs].filter(isAbandoned))) {
    if (image.refs.every((ref) => ownerOfRef(ref) !== undefined)) continue;
    for (const ref of image.refs.filter(isAbandoned)) await engine.untag(ref);
  }
}
