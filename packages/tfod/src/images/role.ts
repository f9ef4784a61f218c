import type { Variant } from '../service/variant';
import { digestOf, hexOf } from '../values/digest';

/** What an image is for. */
export type Role = 'base' | 'tf' | 'gpu' | 'lite' | 'service';

/** One image of a chain, before anything is known about its content. */
export interface Link {
  /** The name of its build target and of its lines on the screen: letters, digits and `-`. */
  readonly name: string;
  readonly role: Role;
  /** Null for the image that both variants stand on. */
  readonly variant: Variant | null;
  /** Relative to the project's folder. */
  readonly dockerfile: string;
  /** The names that stand for other images of the chain in its Dockerfile. */
  readonly parents: Readonly<Record<string, string>>;
  /** Whether people have names for it: the image of a variant on which no other of its chain stands. */
  readonly isTop?: boolean;
}

export const BASE_DOCKERFILE = 'docker/base.Dockerfile';

const BASE: Link = {
  name: 'base',
  role: 'base',
  variant: null,
  dockerfile: BASE_DOCKERFILE,
  parents: {},
};

const RUNTIMES: Readonly<Record<Variant, Link>> = {
  cpu: {
    name: 'tf',
    role: 'tf',
    variant: 'cpu',
    dockerfile: 'docker/tf.Dockerfile',
    parents: { base: 'base' },
  },
  gpu: {
    name: 'gpu',
    role: 'gpu',
    variant: 'gpu',
    dockerfile: 'docker/gpu.Dockerfile',
    parents: { base: 'base' },
  },
  lite: {
    name: 'lite',
    role: 'lite',
    variant: 'lite',
    dockerfile: 'docker/lite.Dockerfile',
    parents: { base: 'base' },
  },
};

/** Whose TensorFlow prepares the model of a variant. */
const PREPARED_BY: Readonly<Record<Variant, Variant>> = { cpu: 'cpu', gpu: 'gpu', lite: 'cpu' };

/** The same images of another service: in one plan all are told apart by their names. */
export function linksOfOther(project: string, links: readonly Link[]): readonly Link[] {
  return links.map((link) => ({
    ...link,
    name: nameInProject(project, link.name),
    parents: Object.fromEntries(
      Object.entries(link.parents).map(([alias, parent]) => [alias, nameInProject(project, parent)]),
    ),
  }));
}

/** The name of another service's image of a variant. */
export function serviceImageOf(project: string, variant: Variant): string {
  return nameInProject(project, `service-${variant}`);
}

/** A name that no other project's image has. The name of a project may hold what the name of a build target may not; the digest keeps two such apart. */
export function nameInProject(project: string, link: string): string {
  const plain = project.replaceAll(/[^A-Za-z0-9_-]/g, '-');
  const mark = plain === project ? '' : `-${hexOf(digestOf(project)).slice(0, 8)}`;
  return `${plain}${mark}-${link}`;
}

/** The images of these variants, each once, parents before children. */
export function chainLinks(variants: readonly Variant[]): readonly Link[] {
  return [...runtimeLinks(variants), ...serviceLinks(variants)];
}

/** Those below the service's own. */
export function runtimeLinks(variants: readonly Variant[]): readonly Link[] {
  const needed = new Set(variants.flatMap((variant) => [PREPARED_BY[variant], variant]));
  return [BASE, ...[...needed].map((variant) => RUNTIMES[variant])];
}

/** The service's own. */
export function serviceLinks(variants: readonly Variant[]): readonly Link[] {
  return variants.map((variant) => ({
    name: `service-${variant}`,
    role: 'service',
    variant,
    dockerfile: 'Dockerfile',
    parents: { runtime: RUNTIMES[variant].name, tensorflow: RUNTIMES[PREPARED_BY[variant]].name },
    isTop: true,
  }));
}

/** The same images where nothing stands on them. */
export function topmost(links: readonly Link[]): readonly Link[] {
  return links.map((link) => (link.variant === null ? link : { ...link, isTop: true }));
}
