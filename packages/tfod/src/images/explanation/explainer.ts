import type { EngineImage } from '../../engine/engine';
import { oneNameEach, type Image } from '../image';
import { carriesKey, type Key } from '../key';
import { keptName, type KeptRecords } from '../kept-records';
import { presentByKey } from '../present-images';
import { keptRecord, type KeptRecord } from '../records/kept-record';
import { parseKeptRecord, RECORD_LABEL } from '../records/record-text';
import type { Cause, Explanation, Nearest } from './cause';
import { differing, ownCauses } from './own-causes';

export interface KnownImages {
  /** Parents before children. */
  readonly images: readonly Image[];
  /** All images of the engine that bear our label. */
  readonly present: readonly EngineImage[];
  readonly kept: KeptRecords;
}

/**
 * Tells what images differ in from those that there are. An image is compared with the last one that this checkout
 * built, if the engine still has it; else with the image of the engine, of the same role and for a service of the same
 * repository, that differs least; else with the last one. Its parents are compared with the parents of that image, so
 * that putting back what is named gives that image again.
 */
export class Explainer {
  readonly #images: ReadonlyMap<string, Image>;
  readonly #own = new Map<Image, KeptRecord>();
  readonly #records = new Map<Key, KeptRecord | undefined>();

  constructor(private readonly known: KnownImages) {
    this.#images = new Map(known.images.map((image) => [image.name, image]));
  }

  /** Compares an image with the nearest one. */
  explain(image: Image): Explanation {
    const nearest = this.#nearest(image);
    return nearest === undefined ? { causes: [] } : this.#compared(image, nearest.before, nearest.from);
  }

  /** Compares an image with one of the past, which must be known. */
  explainSince(image: Image, key: Key): Explanation | undefined {
    const before = this.find(key);
    return before && this.#compared(image, before, '--since');
  }

  /** Whether an image of this key was made or found on this machine. */
  wasHere({ key }: Image): boolean {
    return this.known.kept.find(key) !== undefined;
  }

  /** What an image was made from: this machine has kept it, or the image itself tells. A registry could be asked here. */
  find(key: Key): KeptRecord | undefined {
    if (!this.#records.has(key)) {
      const label = this.#there(key)?.labels[RECORD_LABEL];
      const told = label === undefined ? undefined : parseKeptRecord(label, key);
      this.#records.set(key, this.known.kept.find(key) ?? told);
    }
    return this.#records.get(key);
  }

  #there(key: Key): EngineImage | undefined {
    return presentByKey(this.known.present).get(key)?.[0];
  }

  #compared(image: Image, before: KeptRecord, from: Nearest['from']): Explanation {
    const there = this.#there(before.key);
    const ref = there?.refs.find((each) => carriesKey(each, before.key));
    return {
      nearest: { key: before.key, from, ...(ref !== undefined && { ref }) },
      causes: this.#causes(image, before),
    };
  }

  #causes(image: Image, before: KeptRecord): readonly Cause[] {
    if (image.key === before.key) return [];
    const own = ownCauses(image, this.#ownRecord(image), before);
    const parents = oneNameEach(image, differing(before.record.parents, image.record.parents));
    return [...own, ...parents.map((alias) => this.#parentCause(image, alias, before))];
  }

  #parentCause(image: Image, alias: string, before: KeptRecord): Cause {
    const parent = this.#images.get(image.parents[alias] ?? '');
    if (parent === undefined) return { input: 'parent', alias, name: alias };
    const key = before.record.parents[alias];
    const record = key === undefined ? undefined : this.find(key);
    const name = peoplesName(parent);
    return record === undefined
      ? { input: 'parent', alias, name }
      : { input: 'parent', alias, name, causes: this.#causes(parent, record) };
  }

  #ownRecord(image: Image): KeptRecord {
    const known = this.#own.get(image) ?? keptRecord(image);
    this.#own.set(image, known);
    return known;
  }

  #nearest(image: Image): { readonly before: KeptRecord; readonly from: Nearest['from'] } | undefined {
    const lastKey = this.known.kept.last[keptName(image)];
    const last = lastKey === undefined ? undefined : this.find(lastKey);
    if (last && (last.key === image.key || this.#there(last.key))) {
      return { before: last, from: 'the last build here' };
    }
    const best = this.#bestOf(image);
    if (best) return { before: best, from: 'the engine' };
    return last && { before: last, from: 'the last build here' };
  }

  /** Of several that differ in as much, the one with the smallest key: the answer must not depend on the order. */
  #bestOf(image: Image): KeptRecord | undefined {
    const candidates = [...presentByKey(this.known.present)]
      .filter(([, there]) => there.some((each) => isOfKind(each, image)))
      .flatMap(([key]) => this.find(key) ?? [])
      .filter(({ record }) => record.role === image.role && record.variant === image.variant)
      .map((before) => ({ before, differences: this.#differences(image, before) }));
    candidates.sort((a, b) => a.differences - b.differences || (a.before.key < b.before.key ? -1 : 1));
    return candidates[0]?.before;
  }

  #differences(image: Image, before: KeptRecord): number {
    return (
      ownCauses(image, this.#ownRecord(image), before).length +
      differing(before.record.parents, image.record.parents).length
    );
  }
}

/** Images below a service are shared by all, so only those of services are told apart by their repository. */
function isOfKind({ platform, refs }: EngineImage, image: Image): boolean {
  if (platform !== image.platform) return false;
  if (image.role !== 'service') return true;
  const repository = image.ref.slice(0, image.ref.lastIndexOf(':'));
  return refs.some((ref) => ref.startsWith(`${repository}:`));
}

function peoplesName({ role, name, facts }: Image): string {
  return role === 'service' && facts.other ? facts.other.name : name;
}
