import type { EngineImage } from '../engine/engine';
import { carriesKey, type Key } from './key';
import { KEY_LABEL } from './labels';

type ByKey = ReadonlyMap<Key, readonly EngineImage[]>;

/** All services of a run look at the same images, so these are sorted once. */
const sorted = new WeakMap<readonly EngineImage[], ByKey>();

/**
 * The images of an engine by the keys in their labels. A tag of ours must be there beside the label: an image that
 * somebody built on ours inherits that.
 */
export function presentByKey(present: readonly EngineImage[]): ByKey {
  const known = sorted.get(present) ?? sortByKey(present);
  sorted.set(present, known);
  return known;
}

function sortByKey(present: readonly EngineImage[]): ByKey {
  const byKey = new Map<Key, EngineImage[]>();
  for (const image of present) {
    const key = image.labels[KEY_LABEL] as Key | undefined;
    if (key === undefined || !image.refs.some((ref) => carriesKey(ref, key))) continue;
    byKey.set(key, [...(byKey.get(key) ?? []), image]);
  }
  return byKey;
}
