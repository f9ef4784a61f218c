import type { Variant } from '../service/variant';

/** What an image is for. */
export type Role = 'base' | 'tf' | 'gpu' | 'service';

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
}

const BASE: Link = {
  name: 'base',
  role: 'base',
  variant: null,
  dockerfile: 'docker/base.Dockerfile',
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
};

/** The images of these variants, each once, parents before children. */
export function chainLinks(variants: readonly Variant[]): readonly Link[] {
  const runtimes = variants.map((variant) => RUNTIMES[variant]);
  const services = variants.map(
    (variant): Link => ({
      name: `service-${variant}`,
      role: 'service',
      variant,
      dockerfile: 'Dockerfile',
      parents: { runtime: RUNTIMES[variant].name },
    }),
  );
  return [BASE, ...runtimes, ...services];
}
