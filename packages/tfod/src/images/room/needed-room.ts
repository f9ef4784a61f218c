import type { EngineImage } from '../../engine/engine';
import type { Tree } from '../../files/tree';
import { KEY_LABEL } from '../labels';
import type { PlannedImage } from '../plan';
import { lockedPackages } from '../records/lock-packages';

/** How much an image is going to take in the engine, beyond what it stands on. */
export interface NeededRoom {
  readonly name: string;
  readonly bytes: number;
}

/**
 * What the images of this project took when they were measured (docs/measurements): a slim Python, TensorFlow
 * without what nothing needs, and the same with CUDA.
 */
const MEASURED = { python: 130e6, tensorflow: 800e6, cuda: 4_170e6 } as const;

/**
 * About how much each image to build needs. As much as the nearest image that there is, if there is one; else what
 * was measured for what its lock holds; and for a service the files that it is made from. An image of which nothing is
 * known counts as nothing: better no alarm than a false one.
 */
export function neededRoom(
  toBuild: readonly PlannedImage[],
  present: readonly EngineImage[],
): readonly NeededRoom[] {
  return toBuild.map((planned) => ({ name: planned.image.name, bytes: neededBytes(planned, present) }));
}

/** Of the files that a build is sent. */
export function sentBytes({ image }: PlannedImage): number {
  const { context, named } = image.facts;
  return [context, ...Object.values(named)].reduce((sum, { tree }) => sum + treeBytes(tree), 0);
}

function neededBytes(planned: PlannedImage, present: readonly EngineImage[]): number {
  const { image, explanation } = planned;
  if (image.role === 'service') return sentBytes(planned);
  const nearest = present.find(({ labels }) => labels[KEY_LABEL] === explanation?.nearest?.key);
  if (nearest === undefined) return measuredBytes(planned);
  return image.role === 'base' ? nearest.bytes : Math.max(0, nearest.bytes - smallestBase(present));
}

function measuredBytes({ image }: PlannedImage): number {
  if (image.role === 'base') return image.facts.externals.length > 0 ? MEASURED.python : 0;
  const packages = Object.values(lockedPackages(image.facts.context)).flatMap((each) => Object.keys(each));
  if (packages.some((name) => name.startsWith('nvidia-cudnn'))) return MEASURED.cuda;
  return packages.some((name) => name.startsWith('tensorflow')) ? MEASURED.tensorflow : 0;
}

function smallestBase(present: readonly EngineImage[]): number {
  const bases = present.filter(({ labels }) => labels['dev.tfod.role'] === 'base').map(({ bytes }) => bytes);
  return bases.length === 0 ? 0 : Math.min(...bases);
}

function treeBytes({ entries }: Tree): number {
  return entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
}
