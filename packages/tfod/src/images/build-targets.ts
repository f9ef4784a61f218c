import type { Builder, BuildTarget, ContextSource } from '../engine/engine';
import { familiarRef, formatImageRef, parseImageRef } from '../values/image-ref';
import { NO_CACHES } from './caches';
import type { Image } from './image';
import { isNamedByKey } from './key';
import { pinnedRef } from './look-up/registry-view';
import type { Plan, PlannedImage } from './plan';
import { keptRecord } from './records/kept-record';
import { RECORD_LABEL, recordLabel } from './records/record-text';

/** Where the builder finds what one image is made from. */
export interface Places {
  readonly context: string;
  readonly dockerfile: string;
  readonly named: Readonly<Record<string, string>>;
}

/**
 * The images that a build has to be told of: those to build and, for a builder that does not see what the engine
 * has, all that these stand on and that it cannot take from the registry.
 */
export function definitionsOf(plan: Plan, images: readonly Image[], builder: Builder): Image[] {
  const needed = new Set(plan.filter(({ verdict }) => verdict === 'build').map(({ image }) => image.name));
  if (!builder.seesImages) {
    const published = new Set(plan.filter(isPublished).map(({ image }) => image.name));
    for (const { name, parents } of [...images].reverse()) {
      if (!needed.has(name)) continue;
      Object.values(parents).forEach((parent) => published.has(parent) || needed.add(parent));
    }
  }
  return images.filter(({ name }) => needed.has(name));
}

/** Whether any builder can take it from the registry, as it is. */
function isPublished({ verdict, inRegistry }: PlannedImage): boolean {
  return verdict !== 'build' && inRegistry !== undefined;
}

export interface TargetChoices {
  readonly plan: Plan;
  /** Whether the builder sees the images that the engine has. */
  readonly seesImages: boolean;
  /** The names that the image gets. */
  readonly refs: readonly string[];
}

/** One image as the engine is to build it. */
export function buildTarget(
  image: Image,
  places: Places,
  { plan, seesImages, refs }: TargetChoices,
): BuildTarget {
  const planned = new Map(plan.map((each) => [each.image.name, each]));
  const parents = Object.entries(image.parents).map(([alias, name]) => [
    alias,
    parentSource(name, planned.get(name), seesImages),
  ]);
  const { from: cacheFrom, to: cacheTo } = planned.get(image.name)?.caches ?? NO_CACHES;
  const folders = Object.entries(places.named).map(([name, path]) => [name, { from: 'folder', path }]);
  return {
    name: image.name,
    context: places.context,
    dockerfile: places.dockerfile,
    contexts: Object.fromEntries([
      ...parents,
      ...folders,
      ...pinnedContexts(image),
    ]) as BuildTarget['contexts'],
    args: image.facts.buildArgs,
    labels: withRecord(image),
    platform: image.platform,
    refs,
    secrets: image.facts.secrets,
    fresh: planned.get(image.name)?.isForced ?? false,
    cacheFrom,
    cacheTo,
  };
}

/** The label is made for images that are built, and not for each that a plan looks at. */
function withRecord(image: Image): Readonly<Record<string, string>> {
  const text = recordLabel(keptRecord(image));
  return text === undefined ? image.labels : { ...image.labels, [RECORD_LABEL]: text };
}

/** Each external image with its digest, under the name by which BuildKit looks it up. */
export function pinnedContexts({ record }: Image): (readonly [string, ContextSource])[] {
  return Object.entries(record.externals).flatMap(([text, digest]) => {
    const ref = parseImageRef(text);
    if (ref.digest !== undefined) return [];
    return [[familiarRef(ref), { from: 'image', ref: formatImageRef({ ...ref, digest }) }] as const];
  });
}

function parentSource(name: string, planned: PlannedImage | undefined, seesImages: boolean): ContextSource {
  if (planned && !seesImages && isPublished(planned) && planned.inRegistry) {
    return { from: 'image', ref: pinnedRef(planned.inRegistry) };
  }
  if (planned?.found === undefined || !seesImages) return { from: 'target', name };
  const { found, image } = planned;
  const ref = found.refs.find((each) => isNamedByKey(each, image.key));
  return { from: 'image', ref: ref ?? found.id };
}
