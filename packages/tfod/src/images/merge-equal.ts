import type { Image } from './image';

/**
 * Images of one key and platform are one image, to be made once. It goes by the name that it has in the chain
 * that is asked for, if it is part of that. Parents stay before children.
 */
export function mergeEqual(images: readonly Image[]): Image[] {
  const equal = new Map<string, Image>();
  const identity = ({ key, platform }: Image): string => `${key} ${platform}`;
  for (const image of images) {
    const known = equal.get(identity(image));
    if (known === undefined || (known.facts.other && !image.facts.other)) equal.set(identity(image), image);
  }
  const nameOf = new Map(images.map((image) => [image.name, equal.get(identity(image))?.name ?? image.name]));
  return [...equal.values()].map((image) => ({
    ...image,
    parents: Object.fromEntries(
      Object.entries(image.parents).map(([alias, parent]) => [alias, nameOf.get(parent) ?? parent]),
    ),
  }));
}
