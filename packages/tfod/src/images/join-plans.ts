import { NO_CACHES, type Caches } from './caches';
import type { Image } from './image';
import type { Plan, PlannedImage, Verdict } from './plan';
import type { PlannedService } from './plan-service';
import { nameInProject } from './role';

/** What several services want, each image once, under names that tell all of them apart. */
export interface JointPlan {
  /** Parents before children, also what the plan leaves out. */
  readonly images: readonly Image[];
  readonly plan: Plan;
  /** The services that want an image, by its name. */
  readonly wantedBy: ReadonlyMap<string, readonly string[]>;
}

/** Images that are equal are one image, whichever service asks for it. */
export function identityOf({ key, platform }: Pick<Image, 'key' | 'platform'>): string {
  return `${key} ${platform}`;
}

/** The plans of services as one. That of a single service keeps its names. */
export function joinPlans(planned: readonly PlannedService[]): JointPlan {
  const wishes = wishesOf(planned);
  const names = namesOf(wishes);
  const images = [...wishes.values()].map((wish) => jointImage(wish, names));
  const byIdentity = new Map(images.map((image) => [identityOf(image), image]));
  const entries = new Map<string, PlannedImage[]>();
  for (const each of planned.flatMap(({ plan }) => plan)) {
    const identity = identityOf(each.image);
    entries.set(identity, [...(entries.get(identity) ?? []), each]);
  }
  return {
    images,
    plan: [...byIdentity].flatMap(([identity, image]) => jointEntry(image, entries.get(identity) ?? [])),
    wantedBy: new Map(
      [...wishes].map(([identity, { services }]) => [names.get(identity) ?? '', [...services]]),
    ),
  };
}

/** All that is said about one image. */
interface Wish {
  /** The one that speaks for all, of the service whose own it is if that is there. */
  image: Image;
  service: PlannedService;
  readonly refs: Set<string>;
  readonly services: Set<string>;
}

/** By identity; parents stay before children, for equal images have equal parents. */
function wishesOf(planned: readonly PlannedService[]): ReadonlyMap<string, Wish> {
  const wishes = new Map<string, Wish>();
  for (const service of planned) {
    for (const image of service.images) {
      const identity = identityOf(image);
      const wish = wishes.get(identity) ?? { image, service, refs: new Set(), services: new Set() };
      if (wish.image.facts.other && !image.facts.other) Object.assign(wish, { image, service });
      image.refs.forEach((ref) => wish.refs.add(ref));
      wish.services.add(service.request.service.name);
      wishes.set(identity, wish);
    }
  }
  return wishes;
}

/** `base` where all stand on one base; `parking-service-cpu` where each service has its own. */
function namesOf(wishes: ReadonlyMap<string, Wish>): ReadonlyMap<string, string> {
  const wanting = new Map<string, number>();
  for (const { image } of wishes.values()) wanting.set(image.name, (wanting.get(image.name) ?? 0) + 1);
  const taken = new Set([...wanting].filter(([, count]) => count === 1).map(([name]) => name));
  return new Map(
    [...wishes].map(([identity, { image, service }]) => {
      if (wanting.get(image.name) === 1) return [identity, image.name];
      let name = nameInProject(service.request.service.name, image.name);
      while (taken.has(name)) name = `${name}-2`;
      taken.add(name);
      return [identity, name];
    }),
  );
}

function jointImage({ image, service, refs }: Wish, names: ReadonlyMap<string, string>): Image {
  const identities = new Map(service.images.map((each) => [each.name, identityOf(each)]));
  const nameOf = (own: string): string => names.get(identities.get(own) ?? '') ?? own;
  const parents = Object.entries(image.parents).map(([alias, parent]) => [alias, nameOf(parent)]);
  return { ...image, name: nameOf(image.name), refs: [...refs], parents: Object.fromEntries(parents) };
}

/** What most has to be done for: an image that one wants in the engine may be one that another has in the registry. */
const EFFORT: readonly Verdict[] = ['build', 'pull', 'present'];

/** Nothing for an image that every plan leaves out; what one asks of its build is done for all. */
function jointEntry(image: Image, entries: readonly PlannedImage[]): PlannedImage[] {
  const verdict = EFFORT.find((each) => entries.some((entry) => entry.verdict === each));
  const first = entries.find((entry) => entry.verdict === verdict);
  if (first === undefined) return [];
  const missingRefs = [...new Set(entries.flatMap((entry) => entry.missingRefs))];
  const unpushed = [...new Set(entries.flatMap((entry) => entry.unpushed))];
  const isForced = entries.some((entry) => entry.isForced);
  return [{ ...first, image, missingRefs, unpushed, isForced, caches: allCaches(entries) }];
}

function allCaches(entries: readonly PlannedImage[]): Caches {
  const all = (way: keyof Caches) => [...new Set(entries.flatMap(({ caches = NO_CACHES }) => caches[way]))];
  return { from: all('from'), to: all('to') };
}
