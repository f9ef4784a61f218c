import type { Manifest } from '../../registry/manifest';
import type { Registries } from '../../registry/registry';
import type { Tag } from '../../values/image-ref';
import { parseImageRef } from '../../values/image-ref';
import type { Problem } from '../../values/tfod-error';
import type { Image } from '../image';
import { indexOver } from '../look-up/index-over';
import type { RegistryImage } from '../look-up/registry-view';
import { sight, tagOf } from '../look-up/sight';
import { isAsked } from '../plan';
import type { PlannedService } from '../plan-service';
import { Problems } from '../problems';
import type { PromotedName } from './promotion';

/** A name to give, and the bytes that it is given to. */
export interface NameToGive {
  readonly name: PromotedName;
  readonly manifest: Manifest;
}

export interface PromotionRequest {
  readonly tag: Tag;
  /** Whether a name of a release may be moved to another image. */
  readonly overwrite: boolean;
}

/**
 * What the images of a plan would be called in a release. They must be in the registry, with the keys that the plan
 * has, and no name of the release may mean another image already. Throws a TfodError with every problem; writes nothing.
 */
export async function planPromotion(
  { images, registries, request }: PlannedService,
  { tag, overwrite }: PromotionRequest,
): Promise<readonly NameToGive[]> {
  const problems = new Problems();
  const asked = images.filter(isAsked);
  const found = new Map<string, RegistryImage>();
  for (const image of asked) {
    const there = await problems.attempt(() =>
      sight(image, openFor(image.ref, registries)).then((seen) => ({ seen })),
    );
    if (there?.seen) found.set(image.name, there.seen);
    else if (there) problems.add(notThere(image, request.service.name));
  }
  problems.throwAny();
  const wanted = [
    ...(await Promise.all(asked.map((image) => nameOfImage(image, found, tag, registries)))),
    ...indexesOf(asked, found, tag),
  ];
  const names = await Promise.all(wanted.map((each) => compare(each, registries)));
  if (!overwrite) problems.add(...names.flatMap(({ name }) => (name.before ? [taken(name)] : [])));
  problems.throwAny();
  return names;
}

type Wanted = NameToGive;

function openFor(ref: string, registries: Registries) {
  return registries.open(parseImageRef(ref).repository, 'push');
}

/** Beside the name that people know the image by: `parking:cpu` is `parking:1.4.0-cpu` in a release. */
function releaseRef(friendly: string, tag: Tag): string {
  const colon = friendly.lastIndexOf(':');
  return `${friendly.slice(0, colon)}:${tag}-${friendly.slice(colon + 1)}`;
}

async function nameOfImage(
  image: Image,
  found: ReadonlyMap<string, RegistryImage>,
  tag: Tag,
  registries: Registries,
): Promise<Wanted> {
  const [, friendly = image.ref] = image.refs;
  const { digest } = found.get(image.name) as RegistryImage;
  const manifest = await openFor(image.ref, registries).manifest(digest);
  if (!manifest) throw new Error(`${digest} is gone from the registry`);
  const { variant, platform, ref } = image;
  const name = { variant, platforms: [platform], ref: releaseRef(friendly, tag), from: [ref], digest };
  return { name: { ...name, verdict: 'put' }, manifest };
}

function indexesOf(asked: readonly Image[], found: ReadonlyMap<string, RegistryImage>, tag: Tag): Wanted[] {
  const first = new Map(
    asked.flatMap((image) => image.indexRefs.slice(0, 1).map((ref) => [ref, image] as const)),
  );
  return [...first].flatMap(([friendly, image]): Wanted[] => {
    const manifest = indexOver(image, asked, ({ name }) => found.get(name));
    if (manifest === undefined) return [];
    const members = asked.filter(({ indexRefs }) => indexRefs.includes(friendly));
    const name = {
      variant: image.variant,
      platforms: members.map(({ platform }) => platform),
      ref: releaseRef(friendly, tag),
      from: members.map(({ ref }) => ref),
      digest: manifest.digest,
      verdict: 'put' as const,
    };
    return [{ name, manifest }];
  });
}

async function compare({ name, manifest }: Wanted, registries: Registries): Promise<NameToGive> {
  const before = await openFor(name.ref, registries).head(tagOf(name.ref));
  if (before === undefined) return { name, manifest };
  if (before.digest === name.digest) return { name: { ...name, verdict: 'present' }, manifest };
  return { name: { ...name, before: before.digest }, manifest };
}

function notThere(image: Image, service: string): Problem {
  return {
    code: 'NOT_IN_REGISTRY',
    what: `The registry does not have the image ${image.name} as this tree makes it`,
    where: image.ref,
    expected: `an image with the key ${image.key} for ${image.platform}`,
    found: 'another, or none',
    remedy: `nx run ${service}:docker-build --goal=registry, or check out what was built`,
  };
}

function taken({ ref, digest, before }: PromotedName): Problem {
  return {
    code: 'RELEASE_TAKEN',
    what: `${ref} is another image already, and a release does not change`,
    where: ref,
    expected: digest,
    ...(before !== undefined && { found: before }),
    remedy: 'give the release another --tag, or --overwrite if nobody relies on it',
  };
}
