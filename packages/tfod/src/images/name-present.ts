import type { Engine } from '../engine/engine';
import { keyTag } from './key';
import { imagesToBuild, type Plan, type PlannedImage } from './plan';

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
  const parents = new Set(imagesToBuild(plan).flatMap((image) => Object.values(image.parents)));
  const named: PlannedImage[] = [];
  for (const each of plan) {
    const isNamed = each.found?.refs.some((ref) => ref.endsWith(`:${keyTag(each.image.key)}`)) ?? true;
    if (isNamed || !parents.has(each.image.name)) named.push(each);
    else named.push(await withItsName(each, engine));
  }
  return named;
}

async function withItsName(planned: PlannedImage, engine: Engine): Promise<PlannedImage> {
  if (planned.found === undefined) return planned;
  const { ref } = planned.image;
  await engine.tag(planned.found.id, ref);
  const found = { ...planned.found, refs: [...planned.found.refs, ref] };
  return { ...planned, found, missingRefs: planned.missingRefs.filter((each) => each !== ref) };
}
