import { buildMissing, NOTHING_BUILT, type Built } from './build-missing';
import type { Image } from './image';
import { holdImages } from './image-holds';
import type { Key } from './key';
import { KeyTurns } from './key-turns';
import { KEY_LABEL } from './labels';
import { imagesToBuild, type Plan } from './plan';
import { planAgain, type PlannedService } from './plan-service';
import type { Machine } from './request';
import { turnsPlace } from './turns-place';
import { waitForTurn } from './wait-for-turn';

export interface BuiltOnce {
  /** As it was when it was carried out: what another process had built meanwhile is present. */
  readonly planned: PlannedService;
  readonly built: Built;
}

/**
 * Builds what is missing, each image once however many processes want it: whoever has the turn at the key of an
 * image builds it, from before a last look at the engine until the image has its names. The others wait, and look
 * again; if the image is not there then, for the process failed or was killed, the next one builds it.
 */
export async function buildOnce(
  first: PlannedService,
  planFromStart: () => Promise<PlannedService>,
  machine: Machine,
): Promise<BuiltOnce> {
  let planned = first;
  for (;;) {
    const wanted = imagesToBuild(planned.plan);
    if (wanted.length === 0) return { planned, built: NOTHING_BUILT };
    const place = await turnsPlace(machine);
    const turns = await KeyTurns.take(place, wanted.map(forService(planned)));
    if (!(turns instanceof KeyTurns)) {
      await waitForTurn(turns, machine);
      // The wait may have been long enough for an edit.
      planned = await planFromStart();
      continue;
    }
    const held = await holdImages(place, parentsThere(planned.plan), machine);
    try {
      planned = planAgain(planned, await machine.engine.imagesWithLabel(KEY_LABEL));
      const missing = imagesToBuild(planned.plan);
      if (!turns.cover(missing)) continue;
      await turns.keepOnly(missing);
      return { planned, built: await buildMissing(planned, machine) };
    } finally {
      await held.end();
      await turns.end();
    }
  }
}

function forService({ request }: PlannedService) {
  return (image: Image) => ({ image, purpose: request.service.name });
}

/** What is there and a build stands on: it must not be removed before the build has it. */
function parentsThere(plan: Plan): readonly Key[] {
  const parents = new Set(imagesToBuild(plan).flatMap((image) => Object.values(image.parents)));
  return plan
    .filter(({ image, verdict }) => verdict === 'present' && parents.has(image.name))
    .map(({ image }) => image.key);
}
