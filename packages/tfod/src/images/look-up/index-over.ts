import { indexOf, type Manifest } from '../../registry/manifest';
import type { Image } from '../image';
import type { RegistryImage } from './registry-view';

/** The index that an image shares with those of the other platforms; undefined when not all of them are there. */
export function indexOver(
  { indexRefs }: Image,
  images: readonly Image[],
  find: (image: Image) => RegistryImage | undefined,
): Manifest | undefined {
  const [name] = indexRefs;
  if (name === undefined) return undefined;
  const members = images.filter((each) => each.indexRefs.includes(name));
  const entries = members.flatMap((each) => {
    const found = find(each);
    return found ? [{ ...found.manifest, platform: each.platform }] : [];
  });
  return entries.length === members.length ? indexOf(entries) : undefined;
}
