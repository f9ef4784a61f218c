import type { Platform } from '../values/platform';
import type { Variant } from '../service/variant';
import type { ImageFacts } from './facts';
import type { Key } from './key';
import type { ImageRecord } from './record';
import type { Role } from './role';

/** One image that a service needs, as it must be: nothing here depends on what the engine has. */
export interface Image {
  /** Unique in a plan; names the build target. */
  readonly name: string;
  readonly role: Role;
  readonly variant: Variant | null;
  readonly platform: Platform;
  readonly record: ImageRecord;
  readonly key: Key;
  /** `repository:k-…`. */
  readonly ref: string;
  /** All names that the image is to have, `ref` first. */
  readonly refs: readonly string[];
  /** Names in the registry that mean the images of all platforms together; none for one platform. */
  readonly indexRefs: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Names of images of the same plan, by their name in the Dockerfile. */
  readonly parents: Readonly<Record<string, string>>;
  readonly facts: ImageFacts;
}

/** Of these names of parents one for each image, for a Dockerfile may know one image by several. */
export function oneNameEach(
  { parents }: Pick<Image, 'parents'>,
  aliases: readonly string[],
): readonly string[] {
  const isFirst = (alias: string, at: number): boolean =>
    aliases.findIndex((other) => parents[other] === parents[alias]) === at;
  return aliases.filter((alias, at) => parents[alias] === undefined || isFirst(alias, at));
}
