import type { EngineImage } from '../engine/engine';
import type { Problem } from '../values/tfod-error';
import type { Image } from './image';
import { KEY_LABEL } from './labels';

export interface Verified {
  readonly images: ReadonlyMap<Image, EngineImage>;
  /** Of those that are not what was built. */
  readonly problems: ReadonlyMap<Image, Problem>;
}

/** Compares what the engine has under the names that images were built under with what they must be. */
export function verify(
  images: readonly Image[],
  nameOf: (image: Image) => string,
  there: readonly EngineImage[],
): Verified {
  const [verified, problems] = [new Map<Image, EngineImage>(), new Map<Image, Problem>()];
  for (const image of images) {
    const found = there.find(({ refs }) => refs.includes(nameOf(image)));
    if (found && found.labels[KEY_LABEL] === image.key && found.platform === image.platform) {
      verified.set(image, found);
    } else problems.set(image, notVerified(image, nameOf(image), found));
  }
  return { images: verified, problems };
}

function notVerified({ name, key, platform }: Image, ref: string, found: EngineImage | undefined): Problem {
  return {
    code: 'IMAGE_NOT_VERIFIED',
    what: `The engine does not have the image ${name} that it said it built`,
    where: ref,
    expected: `${KEY_LABEL}=${key} for ${platform}`,
    found: found ? `${found.labels[KEY_LABEL] ?? 'no such label'} for ${found.platform}` : 'no image',
    remedy: 'run docker-build again; if it stays so, --builder may name another engine',
  };
}
