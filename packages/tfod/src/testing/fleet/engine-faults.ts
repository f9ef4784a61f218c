import { refsOf, type Keeper } from './keeper';
import { isKeyName } from './warehouse';
import type { Random } from './random';

/** Does something to the images that were built; false when there was nothing to do it to. */
export type Fault = (keeper: Keeper, random: Random) => Promise<boolean>;

const removeName: Fault = async (keeper, random) => {
  const ref = random.pick(refsOf(keeper));
  if (ref !== undefined) await keeper.untag(ref);
  return ref !== undefined;
};

const removeImage: Fault = async (keeper, random) => {
  const image = random.pick(keeper.images());
  for (const ref of image?.refs ?? []) await keeper.untag(ref);
  return image !== undefined;
};

/** What a machine that is new to the work has. */
const removeAll: Fault = async (keeper) => {
  for (const ref of refsOf(keeper)) await keeper.untag(ref);
  return true;
};

const strangersImage: Fault = async (keeper, random) => {
  const ref = random.pick(refsOf(keeper).filter(isKeyName));
  if (ref === undefined) return false;
  await keeper.give(ref, random.oneIn(2) ? {} : { 'dev.tfod.key': 'f'.repeat(64) });
  return true;
};

const ourOtherImage: Fault = async (keeper, random) => {
  const ref = random.pick(refsOf(keeper).filter(isKeyName));
  const image = random.pick(keeper.images());
  if (ref === undefined || image === undefined) return false;
  await keeper.tag(image.id, ref);
  return true;
};

/** What can happen to the images of an engine, and how often beside the edits. */
export const ENGINE_FAULTS: Readonly<Record<string, readonly [number, Fault]>> = {
  'name removed': [3, removeName],
  'image removed': [3, removeImage],
  'all images removed': [1, removeAll],
  "name taken by a stranger's image": [2, strangersImage],
  'name taken by another image of ours': [2, ourOtherImage],
};
