import { imageContent, indexEntries, type Descriptor, type Manifest } from '../../registry/manifest';
import type { RepositoryInRegistry } from '../../registry/registry';
import type { Digest } from '../../values/digest';
import { parseImageRef, type Tag } from '../../values/image-ref';
import { parsePlatform, type Platform } from '../../values/platform';
import { TfodError } from '../../values/tfod-error';
import type { Image } from '../image';
import { KEY_LABEL } from '../labels';
import type { RegistryImage } from './registry-view';

/** The tag of a ref that has one, as every name of ours does. */
export function tagOf(ref: string): Tag {
  const { tag } = parseImageRef(ref);
  if (tag === undefined) throw new Error(`${ref} has no tag`);
  return tag;
}

/** The image under its own tag, asked for anew; undefined when it is not there or is another. */
export async function sight(
  image: Image,
  repository: RepositoryInRegistry,
): Promise<RegistryImage | undefined> {
  const head = await repository.head(tagOf(image.ref));
  return head && verify(image, head.digest, repository);
}

/**
 * Whether what a tag names is the image: the label in it must be the key and the platform the one that is wanted, for
 * anybody can move a tag. Of an index, the entry for the platform counts, and only if it is there as well.
 */
export async function verify(
  image: Image,
  digest: Digest,
  repository: RepositoryInRegistry,
): Promise<RegistryImage | undefined> {
  const named = await repository.manifest(digest);
  const manifest = named && (await ofPlatform(named, image.platform, repository));
  const content = manifest && imageContent(manifest);
  if (manifest === undefined || content === undefined) return undefined;
  const config = await repository.config(content);
  if (config?.labels[KEY_LABEL] !== image.key || !isPlatform(config.platform, image.platform)) {
    return undefined;
  }
  const { config: described, bytes } = content;
  return { ref: image.ref, digest, manifest: descriptorOf(manifest), id: described.digest, bytes };
}

async function ofPlatform(
  manifest: Manifest,
  platform: Platform,
  repository: RepositoryInRegistry,
): Promise<Manifest | undefined> {
  const entries = indexEntries(manifest);
  if (entries === undefined) return manifest;
  const entry = entries.find((each) => each.platform !== undefined && isPlatform(each.platform, platform));
  return entry && repository.manifest(entry.digest);
}

function descriptorOf({ mediaType, digest, bytes }: Manifest): Descriptor {
  return { mediaType, digest, size: bytes.length };
}

function isPlatform(written: string, wanted: Platform): boolean {
  try {
    return parsePlatform(written) === wanted;
  } catch (error) {
    if (error instanceof TfodError) return false;
    throw error;
  }
}
