import type { StoredImage } from '../../engine/image-store';

/**
 * How much the removal of images frees, about: layers that a kept image has stay. How large a layer is, no engine
 * tells; it follows from the sizes of images that end with it, and a layer that no image ends with counts as part of
 * the one above it.
 */
export function freedBytes(removed: readonly StoredImage[], kept: readonly StoredImage[]): number {
  const sizes = new Map<string, number>();
  for (const image of [...removed, ...kept]) sizes.set(chainOf(image, image.layers.length), image.bytes);
  const staying = new Set(kept.flatMap((image) => image.layers.map((_, at) => chainOf(image, at + 1))));
  const counted = new Set<string>();
  let bytes = 0;
  for (const image of [...removed].sort((a, b) => a.layers.length - b.layers.length)) {
    const there = lengthShared(image, (chain) => staying.has(chain) || counted.has(chain));
    bytes += image.bytes - sizeBelow(image, there, sizes);
    image.layers.forEach((_, at) => counted.add(chainOf(image, at + 1)));
  }
  return Math.max(0, bytes);
}

function lengthShared(image: StoredImage, isThere: (chain: string) => boolean): number {
  for (let length = image.layers.length; length > 0; length--) {
    if (isThere(chainOf(image, length))) return length;
  }
  return 0;
}

/** Of the longest image that is no longer than so many layers. */
function sizeBelow(image: StoredImage, length: number, sizes: ReadonlyMap<string, number>): number {
  for (let at = length; at > 0; at--) {
    const size = sizes.get(chainOf(image, at));
    if (size !== undefined) return size;
  }
  return 0;
}

/** Layers mean something only on top of those below them. */
function chainOf({ layers }: Pick<StoredImage, 'layers'>, length: number): string {
  return layers.slice(0, length).join(' ');
}
