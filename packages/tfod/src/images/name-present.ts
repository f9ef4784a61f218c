import type { Engine } from '../engine/engine';
import { isNamedByKey } from './key';
import { parentsThere, type Plan, type PlannedImage } from './plan';

/** Gives an image that is there the names that it is to have and has not. */
export async function namePresent(
  { verdict, found, missingRefs }: PlannedImage,
  engine: Engine,
): Promise<void> {
  if (verdict !== 'present' || found === undefined) return;
  for (const ref of missingRefs) await engine.tag(found.id, ref);
}

/**
 * The plan with a name of its own for each image that a build stands on. One that was found under the temporary name
 * of another process would lose it as soon as that process is done, which may be before the build has read it.
 */
export async function nameParents(plan: Plan, engine: Engine): Promise<Plan> {
  const parents = new Set(parentsThere(plan));
  return Promise.all(plan.map((each) => (parents.has(each) ? withItsName(each, engine) : each)));
}

async function withItsName(planned: PlannedImage, engine: Engine): Promise<PlannedImage> {
  const { image, found, missingRefs } = planned;
  if (found === undefined || found.refs.some((each) => isNamedByKey(each, image.key))) return planned;
  await engine.tag(found.id, image.ref);
  return {
    ...planned,
    found: { ...found, refs: [...found.refs, image.ref] },
    missingRefs: missingRefs.filter((each) => each !== image.ref),
  };
}
