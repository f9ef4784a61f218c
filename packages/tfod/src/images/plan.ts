import type { EngineImage } from '../engine/engine';
import { changesSince } from './changes';
import type { Image } from './image';
import { carriesKey } from './key';
import { keptName, type KeptRecords } from './kept-records';
import { KEY_LABEL } from './labels';

/** What is to be done about an image. */
export type Verdict = 'present' | 'build';

export interface PlannedImage {
  readonly image: Image;
  readonly verdict: Verdict;
  /** Why it must be built, or what is unusual about an image that is there. */
  readonly reasons: readonly string[];
  /** The image that is there. */
  readonly found?: EngineImage;
  /** Names that it is to have and has not. */
  readonly missingRefs: readonly string[];
}

/** Parents before children. */
export type Plan = readonly PlannedImage[];

export interface PlanRequest {
  /** Parents before children. */
  readonly images: readonly Image[];
  /** All images of the engine that bear our label. */
  readonly present: readonly EngineImage[];
  /** What the last images were made from. */
  readonly kept: KeptRecords;
  /** Build all that the project makes itself, whatever is there. */
  readonly force: boolean;
}

/**
 * Decides for each image whether it is there. Only the key in its label and its platform count: a tag can be
 * moved by anyone. A chain image that is not there and on which nothing that must be built stands is left out.
 */
export function planImages({ images, present, kept, force }: PlanRequest): Plan {
  const isForced = ({ facts }: Image): boolean => force && !facts.other && !facts.runtime;
  const found = new Map(
    images.map((image) => [image.name, isForced(image) ? undefined : findImage(image, present)]),
  );
  const isBuilt = (name: string): boolean => found.get(name) === undefined;
  const needed = neededImages(images, isBuilt);
  const changes = changesOf(images, kept);
  return images
    .filter(({ name }) => needed.has(name) || !isBuilt(name))
    .map((image) => {
      const there = found.get(image.name);
      if (there === undefined) {
        const reasons = isForced(image)
          ? ['forced']
          : buildReasons(image, present, kept, changes.get(image.name) ?? []);
        return { image, verdict: 'build', reasons, missingRefs: image.refs };
      }
      const missingRefs = image.refs.filter((ref) => !there.refs.includes(ref));
      const isAbsent = (alias: string): boolean => !force && isBuilt(image.parents[alias] ?? '');
      const absent = Object.keys(image.parents).filter(isAbsent);
      return {
        image,
        verdict: 'present',
        found: there,
        missingRefs,
        reasons: presentReasons(missingRefs, absent),
      };
    });
}

/** Whether anything has to be done. */
export function isDone(plan: Plan): boolean {
  return plan.every(({ verdict, missingRefs }) => verdict === 'present' && missingRefs.length === 0);
}

/**
 * The label decides, and a tag of ours must be there beside it: an image that somebody built on ours inherits
 * the label. Of several, all as good, the one that has the right name already.
 */
function findImage({ key, ref, platform }: Image, present: readonly EngineImage[]): EngineImage | undefined {
  const equal = present.filter(
    ({ labels, platform: its, refs }) =>
      labels[KEY_LABEL] === key && its === platform && refs.some((each) => carriesKey(each, key)),
  );
  return equal.find(({ refs }) => refs.includes(ref)) ?? equal[0];
}

/** What is asked for, and below it whatever a build stands on. */
function neededImages(images: readonly Image[], isBuilt: (name: string) => boolean): ReadonlySet<string> {
  const asked = images.filter(({ facts }) => facts.link.isTop && !facts.other);
  const needed = new Set(asked.map(({ name }) => name));
  for (const { name, parents } of [...images].reverse()) {
    if (needed.has(name) && isBuilt(name)) Object.values(parents).forEach((parent) => needed.add(parent));
  }
  return needed;
}

/** By image: what changed since the last one of its kind, whether or not it is there. */
function changesOf(images: readonly Image[], kept: KeptRecords): ReadonlyMap<string, readonly string[]> {
  const changes = new Map<string, readonly string[]>();
  for (const image of images) {
    const before = kept[keptName(image)];
    const causeOf = (alias: string): string | undefined => changes.get(image.parents[alias] ?? '')?.[0];
    changes.set(image.name, before === undefined ? [] : changesSince(image, before, causeOf));
  }
  return changes;
}

function buildReasons(
  image: Image,
  present: readonly EngineImage[],
  kept: KeptRecords,
  changes: readonly string[],
): readonly string[] {
  const before = kept[keptName(image)];
  const impostor = present.some(({ refs }) => refs.includes(image.ref));
  if (impostor) return [`${image.ref} names another image`, ...changes];
  if (before === undefined) return ['never built here'];
  return before.key === image.key ? ['the image was removed from the engine'] : changes;
}

function presentReasons(missingRefs: readonly string[], absentParents: readonly string[]): string[] {
  return [
    ...(missingRefs.length > 0 ? [`gets the name ${missingRefs.join(' and ')}`] : []),
    ...absentParents.map((alias) => `its ${alias} is not in the engine and nothing needs it`),
  ];
}
