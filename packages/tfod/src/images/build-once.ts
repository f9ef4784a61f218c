import { TfodError } from '../values/tfod-error';
import { NOTHING_BUILT, type Built } from './built';
import type { Image } from './image';
import { holdImages } from './image-holds';
import { identityOf, joinPlans, type JointPlan } from './join-plans';
import { KeyTurns, type Wanted } from './key-turns';
import { KEY_LABEL } from './labels';
import { imagesToBuild, parentsThere } from './plan';
import { planAgain, type PlannedService } from './plan-service';
import type { Machine } from './request';
import { turnsPlace } from './turns-place';
import { waitForTurn } from './wait-for-turn';

export interface BuiltOnce {
  /** As it was when it was carried out: what another process had built meanwhile is present. */
  readonly planned: readonly PlannedService[];
  readonly built: Built;
}

/** Of services that want the same builder. */
export interface OnceRequest {
  readonly planned: readonly PlannedService[];
  readonly builder: string | undefined;
  /** Reads and plans again what can still be planned. */
  readonly planFromStart: () => Promise<readonly PlannedService[]>;
}

/**
 * Builds what is missing, each image once however many processes want it: whoever has the turn at the key of an
 * image builds it, from before a last look at the engine until the image has its names. The others wait, and look
 * again; if the image is not there then, for the process failed or was killed, the next one builds it.
 */
export async function buildOnce(request: OnceRequest, machine: Machine): Promise<BuiltOnce> {
  let { planned } = request;
  for (;;) {
    const joint = joinPlans(planned);
    const wanted = wantedOf(joint);
    if (wanted.length === 0) return { planned, built: NOTHING_BUILT };
    const place = await turnsPlace(machine);
    const turns = await KeyTurns.take(place, wanted);
    if (!(turns instanceof KeyTurns)) {
      await waitForTurn(turns, machine);
      // The wait may have been long enough for an edit.
      planned = await request.planFromStart();
      continue;
    }
    // They must not be removed before the build has them.
    const parents = parentsThere(joint.plan).map(({ image }) => image.key);
    const held = await holdImages(place, parents, machine);
    try {
      const present = await machine.engine.imagesWithLabel(KEY_LABEL);
      planned = planned.map((each) => planAgain(each, present));
      const now = joinPlans(planned);
      const missing = imagesToBuild(now.plan);
      if (!turns.cover(missing)) continue;
      await turns.keepOnly(missing);
      if (planned.length > 1) {
        machine.report(`building ${missing.length} images for ${planned.length} services`);
      }
      // Loaded when there is something to build, and mostly there is nothing.
      const { buildMissing } = await import('./build-missing');
      const built = await buildMissing(now, request.builder, machine).catch(allNotBuilt(missing));
      return { planned, built };
    } finally {
      await held.end();
      await turns.end();
    }
  }
}

/** What stops a build as a whole is a problem of each image that it was to make, and of no other. */
function allNotBuilt(images: readonly Image[]): (error: unknown) => Built {
  return (error) => {
    if (!(error instanceof TfodError)) throw error;
    return {
      images: new Map(),
      problems: new Map(images.map((image) => [identityOf(image), error.problems])),
    };
  };
}

function wantedOf({ plan, wantedBy }: JointPlan): readonly Wanted[] {
  return imagesToBuild(plan).map((image) => ({ image, purpose: purposeOf(image, wantedBy) }));
}

function purposeOf({ name }: Image, wantedBy: JointPlan['wantedBy']): string {
  const [first = '', ...others] = wantedBy.get(name) ?? [];
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
