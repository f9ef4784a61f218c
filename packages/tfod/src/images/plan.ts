import type { EngineImage } from '../engine/engine';
import type { Explanation } from './explanation/cause';
import { causeLines } from './explanation/cause-text';
import { Explainer } from './explanation/explainer';
import type { Image } from './image';
import { carriesKey } from './key';
import type { KeptRecords } from './kept-records';
import { KEY_LABEL } from './labels';

/** What is to be done about an image. */
export type Verdict = 'present' | 'build';

export interface PlannedImage {
  readonly image: Image;
  readonly verdict: Verdict;
  /** Why it must be built, or what is unusual about an image that is there. */
  readonly reasons: readonly string[];
  /** For an image that must be built, what it differs in from the nearest one. */
  readonly explanation?: Explanation;
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
  /** What images of the past were made from. */
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
  const explainer = new Explainer({ images, present, kept });
  return images
    .filter(({ name }) => needed.has(name) || !isBuilt(name))
    .map((image) => {
      const there = found.get(image.name);
      if (there === undefined) {
        const explanation = explainer.explain(image);
        const reasons = isForced(image) ? ['forced'] : buildReasons(image, present, explainer, explanation);
        return { image, verdict: 'build', reasons, explanation, missingRefs: image.refs };
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

/** What the plan wants to be built, parents before children. */
export function imagesToBuild(plan: Plan): readonly Image[] {
  return plan.filter(({ verdict }) => verdict === 'build').map(({ image }) => image);
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

function buildReasons(
  image: Image,
  present: readonly EngineImage[],
  explainer: Explainer,
  { nearest, causes }: Explanation,
): readonly string[] {
  const impostor = present.some(({ refs }) => refs.includes(image.ref));
  if (impostor) return [`${image.ref} names another image`, ...causeLines(causes)];
  if (nearest?.key === image.key || explainer.wasHere(image))
    return ['the image was removed from the engine'];
  return nearest === undefined ? ['never built here'] : causeLines(causes);
}

function presentReasons(missingRefs: readonly string[], absentParents: readonly string[]): string[] {
  return [
    ...(missingRefs.length > 0 ? [`gets the name ${missingRefs.join(' and ')}`] : []),
    ...absentParents.map((alias) => `its ${alias} is not in the engine and nothing needs it`),
  ];
}
