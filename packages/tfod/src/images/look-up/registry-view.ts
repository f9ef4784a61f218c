import type { Descriptor } from '../../registry/manifest';
import type { Digest } from '../../values/digest';
import { formatImageRef, parseImageRef } from '../../values/image-ref';

/** An image of ours that a registry has: its label is the key and its platform the one that is wanted. */
export interface RegistryImage {
  /** `repository:k-…`. */
  readonly ref: string;
  /** Of what the tag names: the manifest of the image, or an index that holds it. */
  readonly digest: Digest;
  /** Of the image itself. */
  readonly manifest: Descriptor;
  /** What the engine calls the image. */
  readonly id: Digest;
  /** Of all layers, as they are sent. */
  readonly bytes: number;
}

/** What the registry was seen to have; what was not asked for is not in it. */
export interface RegistryView {
  /** By the name of the image in the plan. */
  readonly images: ReadonlyMap<string, RegistryImage>;
  /** By ref: what each tag names, whoever put it there. */
  readonly digests: ReadonlyMap<string, Digest>;
}

/** `repository@sha256:…`: the image itself, whatever its tag names meanwhile. */
export function pinnedRef({ ref, manifest }: RegistryImage): string {
  const { repository } = parseImageRef(ref);
  return formatImageRef({ repository, digest: manifest.digest });
}

export const NOTHING_SEEN: RegistryView = { images: new Map(), digests: new Map() };
