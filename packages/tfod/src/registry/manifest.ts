import { digestOf, parseDigest, type Digest } from '../values/digest';
import type { Platform } from '../values/platform';
import { partsOf } from '../values/platform';

/** What a registry keeps under a tag, byte for byte. */
export interface Manifest {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly digest: Digest;
}

/** How one thing in a registry names another (OCI image specification, descriptor). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/** The manifest of one image. */
export interface ImageContent {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  /** Of all layers, as they are sent. */
  readonly bytes: number;
}

/** One image of several in an index. */
export interface IndexEntry extends Descriptor {
  /** `linux/amd64`; undefined for what is no image, such as an attestation. */
  readonly platform?: string;
}

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const OCI_IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const DOCKER_IMAGE = 'application/vnd.docker.distribution.manifest.v2+json';

/** What a registry is asked for; without it an old form may be made up, with another digest. */
export const ACCEPT = [OCI_INDEX, DOCKER_LIST, OCI_IMAGE, DOCKER_IMAGE].join(', ');

/** The images of an index; undefined for a manifest of another kind or one that cannot be read. */
export function indexEntries({ mediaType, bytes }: Manifest): readonly IndexEntry[] | undefined {
  if (mediaType !== OCI_INDEX && mediaType !== DOCKER_LIST) return undefined;
  const { manifests } = parsed(bytes);
  if (!Array.isArray(manifests)) return undefined;
  return manifests.flatMap((entry: WrittenDescriptor) => {
    const descriptor = descriptorOf(entry);
    return descriptor ? [{ ...descriptor, ...platformOf(entry) }] : [];
  });
}

/** What an image is made of; undefined for a manifest of another kind or one that cannot be read. */
export function imageContent({ mediaType, bytes }: Manifest): ImageContent | undefined {
  if (mediaType !== OCI_IMAGE && mediaType !== DOCKER_IMAGE) return undefined;
  const { config, layers } = parsed(bytes);
  const descriptor = descriptorOf(config);
  if (descriptor === undefined || !Array.isArray(layers)) return undefined;
  const sizes = layers.map((layer: WrittenDescriptor) => Number(layer?.size) || 0);
  return {
    config: descriptor,
    layers: layers.flatMap((layer: WrittenDescriptor) => descriptorOf(layer) ?? []),
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/**
 * One manifest for images of several platforms, the same bytes whoever makes it: the entries are in the order of
 * their platforms. A list of Docker's where all images are of that form, for clients that know no other.
 */
export function indexOf(images: readonly (Descriptor & { readonly platform: Platform })[]): Manifest {
  const sorted = [...images].sort((a, b) => (a.platform < b.platform ? -1 : 1));
  const mediaType = sorted.every((image) => image.mediaType === DOCKER_IMAGE) ? DOCKER_LIST : OCI_INDEX;
  const manifests = sorted.map((image) => ({
    mediaType: image.mediaType,
    size: image.size,
    digest: image.digest,
    platform: partsOf(image.platform),
  }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }, null, 2));
  return { mediaType, bytes, digest: digestOf(bytes) };
}

interface WrittenDescriptor {
  readonly mediaType?: unknown;
  readonly digest?: unknown;
  readonly size?: unknown;
  readonly platform?: { readonly os?: unknown; readonly architecture?: unknown; readonly variant?: unknown };
}

function parsed(bytes: Buffer): { manifests?: unknown; config?: WrittenDescriptor; layers?: unknown } {
  try {
    return (JSON.parse(bytes.toString('utf8')) as object | null) ?? {};
  } catch {
    return {};
  }
}

function descriptorOf(written: WrittenDescriptor | undefined): Descriptor | undefined {
  const { mediaType, digest, size } = written ?? {};
  if (typeof mediaType !== 'string' || typeof size !== 'number') return undefined;
  try {
    return { mediaType, digest: parseDigest(String(digest)), size };
  } catch {
    return undefined;
  }
}

/** Attestations have the platform `unknown/unknown`. */
function platformOf({ platform }: WrittenDescriptor): { platform?: string } {
  const { os, architecture, variant } = platform ?? {};
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === 'unknown') return {};
  return { platform: [os, architecture, ...(typeof variant === 'string' ? [variant] : [])].join('/') };
}
