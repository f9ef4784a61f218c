import type { EngineImage } from '../engine/engine';
import type { Explanation } from './explanation/cause';
import { causeLines } from './explanation/cause-text';
import { Explainer } from './explanation/explainer';
import type { Caches } from './caches';
import { oneNameEach, type Image } from './image';
import type { KeptRecords } from './kept-records';
import { indexOver } from './look-up/index-over';
import { NOTHING_SEEN, type RegistryImage, type RegistryView } from './look-up/registry-view';
import { presentByKey } from './present-images';
import type { Goal } from './request';

/** What is to be done about an image. */
export type Verdict = 'present' | 'pull' | 'build';

export interface PlannedImage {
  readonly image: Image;
  readonly verdict: Verdict;
  /** Why it must be built, or what is unusual about an image that is there. */
  readonly reasons: readonly string[];
  /** For an image that must be built, what it differs in from the nearest one. */
  readonly explanation?: Explanation;
  /** The image that is in the engine. */
  readonly found?: EngineImage;
  /** The image that is in the registry, as far as that was asked. */
  readonly inRegistry?: RegistryImage;
  /** Names that it is to have in the engine and has not. */
  readonly missingRefs: readonly string[];
  /** Names that it is to have in the registry and has not. */
  readonly unpushed: readonly string[];
  /** What its build reads and writes; default: none. */
  readonly caches?: Caches;
  /** To be built whatever is there, without the engine's cache. */
  readonly isForced?: boolean;
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
  /** What the registry has; default: nothing. */
  readonly seen?: RegistryView;
  /** Where the images are wanted; default: in the engine. */
  readonly goal?: Goal;
  /** Whether all that the project makes itself is wanted in the registry as well. */
  readonly push?: boolean;
}

/**
 * Decides for each image whether it is there. Only the key in its label and its platform count: a tag can be
 * moved by anyone. A chain image that is not there and on which nothing that must be built stands is left out.
 */
export function planImages(request: PlanRequest): Plan {
  const { images, present, kept, seen = NOTHING_SEEN } = request;
  const found = new Map(
    images.map((image) => [image.name, isForced(image, request) ? undefined : findImage(image, present)]),
  );
  const isAbsent = (name: string): boolean => found.get(name) === undefined;
  const needed = neededImages(images, (name) => isAbsent(name) && !seen.images.has(name));
  const explainer = new Explainer({ images, present, kept });
  return images
    .filter(({ name }) => needed.has(name) || !isAbsent(name))
    .map((image): PlannedImage => {
      const there = found.get(image.name);
      const inRegistry = seen.images.get(image.name);
      const unpushed = unpushedRefs(image, request, seen);
      const common = { image, unpushed, ...(inRegistry && { inRegistry }) };
      if (there) {
        const missingRefs = image.refs.filter((ref) => !there.refs.includes(ref));
        const absent = request.force
          ? []
          : oneNameEach(image, Object.keys(image.parents)).filter((alias) =>
              isAbsent(image.parents[alias] ?? ''),
            );
        const reasons = presentReasons({ missingRefs, unpushed }, absent);
        return { ...common, verdict: 'present', found: there, missingRefs, reasons };
      }
      if (inRegistry) return { ...common, ...elsewhere(image, request, unpushed) };
      const explanation = explainer.explain(image);
      const build = { ...common, verdict: 'build', explanation, missingRefs: image.refs } as const;
      if (isForced(image, request)) return { ...build, reasons: ['forced'], isForced: true };
      return { ...build, reasons: buildReasons(image, { present, seen }, explainer, explanation) };
    });
}

/** For an image that the engine does not have and the registry does. */
function elsewhere(
  image: Image,
  { images, goal }: PlanRequest,
  unpushed: readonly string[],
): Pick<PlannedImage, 'verdict' | 'reasons' | 'missingRefs'> {
  if (!isAsked(image)) {
    const child = images.find(({ parents }) => Object.values(parents).includes(image.name));
    const reason = `in the registry, and ${child?.name ?? 'another'} is built on it`;
    return { verdict: 'pull', reasons: [reason], missingRefs: image.refs };
  }
  const reasons = ['in the registry', ...pushReasons(unpushed)];
  if (goal === 'registry') return { verdict: 'present', reasons, missingRefs: [] };
  return { verdict: 'pull', reasons, missingRefs: image.refs };
}

/** Whether all that the project makes itself is to be made again, and this is such an image. */
export function isForced({ facts }: Image, { force }: { readonly force: boolean }): boolean {
  return force && !facts.other && !facts.runtime;
}

/** Whether it is wanted for itself, and not for what is built on it. */
export function isAsked({ facts }: Image): boolean {
  return Boolean(facts.link.isTop) && !facts.other;
}

function unpushedRefs(image: Image, { images, push = false }: PlanRequest, seen: RegistryView): string[] {
  if (!push || image.facts.other) return [];
  const digest = seen.images.get(image.name)?.digest;
  const index = indexOver(image, images, (each) => seen.images.get(each.name))?.digest;
  return [
    ...image.refs.filter((ref) => digest === undefined || seen.digests.get(ref) !== digest),
    ...image.indexRefs.filter((ref) => index === undefined || seen.digests.get(ref) !== index),
  ];
}

/** Whether anything has to be done. */
export function isDone(plan: Plan): boolean {
  return plan.every(
    ({ verdict, missingRefs, unpushed }) =>
      verdict === 'present' && missingRefs.length === 0 && unpushed.length === 0,
  );
}

/** What the plan wants to be built, parents before children. */
export function imagesToBuild(plan: Plan): readonly Image[] {
  return plan.filter(({ verdict }) => verdict === 'build').map(({ image }) => image);
}

/** What the engine has and something that is to be built stands on. */
export function parentsThere(plan: Plan): Plan {
  const parents = new Set(imagesToBuild(plan).flatMap((image) => Object.values(image.parents)));
  return plan.filter(({ image, found }) => found !== undefined && parents.has(image.name));
}

/** Of several, all as good, the one that has the right name already. */
export function findImage(
  { key, ref, platform }: Image,
  present: readonly EngineImage[],
): EngineImage | undefined {
  const equal = (presentByKey(present).get(key) ?? []).filter((each) => each.platform === platform);
  return equal.find(({ refs }) => refs.includes(ref)) ?? equal[0];
}

/** What is asked for, and below it whatever a build stands on. */
function neededImages(images: readonly Image[], isBuilt: (name: string) => boolean): ReadonlySet<string> {
  const needed = new Set(images.filter(isAsked).map(({ name }) => name));
  for (const { name, parents } of [...images].reverse()) {
    if (needed.has(name) && isBuilt(name)) Object.values(parents).forEach((parent) => needed.add(parent));
  }
  return needed;
}

function buildReasons(
  image: Image,
  { present, seen }: { readonly present: readonly EngineImage[]; readonly seen: RegistryView },
  explainer: Explainer,
  { nearest, causes }: Explanation,
): readonly string[] {
  const impostor = present.some(({ refs }) => refs.includes(image.ref));
  if (impostor) return [`${image.ref} names another image`, ...causeLines(causes)];
  if (seen.digests.has(image.ref)) {
    return [`${image.ref} names another image in the registry`, ...causeLines(causes)];
  }
  if (nearest?.key === image.key || explainer.wasHere(image))
    return ['the image was removed from the engine'];
  return nearest === undefined ? ['never built here'] : causeLines(causes);
}

function presentReasons(
  { missingRefs, unpushed }: Pick<PlannedImage, 'missingRefs' | 'unpushed'>,
  absentParents: readonly string[],
): string[] {
  return [
    ...(missingRefs.length > 0 ? [`gets the name ${missingRefs.join(' and ')}`] : []),
    ...absentParents.map((alias) => `its ${alias} is not in the engine and nothing needs it`),
    ...pushReasons(unpushed),
  ];
}

function pushReasons(unpushed: readonly string[]): string[] {
  return unpushed.length > 0 ? [`goes to the registry as ${unpushed.join(' and ')}`] : [];
}
