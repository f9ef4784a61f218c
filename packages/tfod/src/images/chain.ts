import { treeDigest } from '../files/tree';
import type { Digest } from '../values/digest';
import { familiarRef, parseRepository, type Repository } from '../values/image-ref';
import { partsOf, type Platform } from '../values/platform';
import type { ImageFacts } from './facts';
import type { Image } from './image';
import { keyTag } from './key';
import { labelsOf } from './labels';
import { mergeEqual } from './merge-equal';
import { pinnedDigest, type Pins } from './pins';
import { keyOf, SCHEMA, type ImageRecord } from './record';
import { friendlyRefs, imageRepository, repositoryOf } from './repository';

export interface ChainRequest {
  /** Parents before children, for one platform or for several. */
  readonly facts: readonly ImageFacts[];
  /** Must know every external image. */
  readonly pins: Pins;
  /** Of the service or the runtime. */
  readonly repository: Repository;
  /** Where images are whose own name has no registry. */
  readonly registry?: Repository;
  /** Of `--tags`. */
  readonly tags: readonly string[];
}

/**
 * The images of a service, and of the services that it stands on, with their keys: what must be there, whatever is
 * there now.
 */
export function chainOf({ facts, repository: written, ...request }: ChainRequest): Image[] {
  const repository = listedRepository(written);
  const several = new Set(facts.map(({ platform }) => platform)).size > 1;
  const images = new Map<string, Image>();
  for (const each of facts) {
    const image = imageOf(each, { ...request, repository, several, images });
    images.set(image.name, image);
  }
  return mergeEqual([...images.values()]);
}

/** The engine lists images by their familiar names, and these are compared with what it lists. */
function listedRepository(written: Repository): Repository {
  return parseRepository(familiarRef({ repository: written }));
}

interface Surroundings extends Omit<ChainRequest, 'facts'> {
  readonly several: boolean;
  readonly images: ReadonlyMap<string, Image>;
}

function imageOf(facts: ImageFacts, surroundings: Surroundings): Image {
  const { pins, tags, several, images, registry } = surroundings;
  const { link, platform, other } = facts;
  const maker = facts.runtime ?? other;
  const repository = maker
    ? listedRepository(imageRepository(maker.image, registry))
    : surroundings.repository;
  const name = (link: string): string => (several ? `${link}-${platform.replaceAll('/', '-')}` : link);
  const parents = mapValues(link.parents, name);
  const record = recordOf(facts, {
    parents: mapValues(parents, (parent) => mustGet(images, parent).key),
    externals: Object.fromEntries(facts.externals.map((external) => [external, mustPin(pins, external)])),
  });
  const key = keyOf(record);
  const base = facts.base === undefined ? undefined : { ref: facts.base, digest: mustPin(pins, facts.base) };
  const ref = `${repositoryOf(link.role, repository)}:${keyTag(key)}`;
  const friendly = (end?: string): string[] =>
    link.isTop && link.variant !== null && !other ? friendlyRefs(repository, link.variant, tags, end) : [];
  return {
    name: name(link.name),
    role: link.role,
    variant: link.variant,
    platform,
    record,
    key,
    ref,
    refs: [ref, ...friendly(several ? architecture(platform) : undefined)],
    indexRefs: several ? friendly() : [],
    labels: labelsOf(record, key, base),
    parents,
    facts,
  };
}

function recordOf(facts: ImageFacts, above: Pick<ImageRecord, 'parents' | 'externals'>): ImageRecord {
  return {
    schema: SCHEMA,
    role: facts.link.role,
    variant: facts.link.variant,
    platform: facts.platform,
    dockerfile: facts.dockerfile.digest,
    args: facts.dockerfile.args,
    context: treeDigest(facts.context.tree),
    named: mapValues(facts.named, ({ tree }) => treeDigest(tree)),
    ...above,
  };
}

/** `amd64`, or `armv7` where the variant tells two platforms apart. */
function architecture(platform: Platform): string {
  const { architecture, variant = '' } = partsOf(platform);
  return architecture + variant;
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

function mustGet(images: ReadonlyMap<string, Image>, name: string): Image {
  const image = images.get(name);
  if (!image) throw new Error(`the parent ${name} comes after its child`);
  return image;
}

function mustPin(pins: Pins, ref: string): Digest {
  const digest = pinnedDigest(pins, ref);
  if (!digest) throw new Error(`${ref} has no pin`);
  return digest;
}
