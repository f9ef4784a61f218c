import { isKeyName, type Warehouse } from './warehouse';
import { AMD64 } from '../image-facts';
import type { Random } from './random';

/** Does something to the images that were built; false when there was nothing to do it to. */
export type Fault = (warehouse: Warehouse, random: Random) => boolean;

const removeName: Fault = ({ fake }, random) => {
  const ref = random.pick(fake.refs());
  if (ref !== undefined) fake.untag(ref);
  return ref !== undefined;
};

const removeImage: Fault = ({ fake }, random) => {
  const image = random.pick(fake.images());
  image?.refs.forEach((ref) => fake.untag(ref));
  return image !== undefined;
};

const removeAll: Fault = ({ fake }, random) => {
  if (!random.oneIn(5)) return false;
  fake.refs().forEach((ref) => fake.untag(ref));
  return true;
};

const strangersImage: Fault = ({ fake }, random) => {
  const ref = random.pick(fake.refs().filter(isKeyName));
  if (ref === undefined) return false;
  const labels = random.oneIn(2) ? {} : { 'dev.tfod.key': 'f'.repeat(64) };
  fake.add({ id: `sha256:stranger-${random.word()}`, refs: [ref], labels, platform: AMD64, bytes: 1 });
  return true;
};

const ourOtherImage: Fault = ({ fake }, random) => {
  const ref = random.pick(fake.refs().filter(isKeyName));
  const image = random.pick(fake.images());
  if (ref === undefined || image === undefined) return false;
  fake.tag(image.id, ref);
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
