import type { EngineImage } from '../engine/engine';
import type { Problem } from '../values/tfod-error';

/** What a build came to, by the identity of the images. */
export interface Built {
  readonly images: ReadonlyMap<string, BuiltImage>;
  /** Why an image is still not there. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

export interface BuiltImage {
  readonly found: EngineImage;
  readonly seconds: number;
}

export const NOTHING_BUILT: Built = { images: new Map(), problems: new Map() };
