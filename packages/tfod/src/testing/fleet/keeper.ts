import type { EngineImage } from '../../engine/engine';

/** Who has the images: a fake, or a real engine. What is done here is done behind the back of the product. */
export interface Keeper {
  /** Looks again at what is there. */
  refresh(): Promise<void>;
  /** As of the last look. */
  images(): readonly EngineImage[];
  /** Removes a name, and with its last one the image. */
  untag(ref: string): Promise<void>;
  tag(image: string, ref: string): Promise<void>;
  /** Gives the name to an image that somebody else has made. */
  give(ref: string, labels: Readonly<Record<string, string>>): Promise<void>;
}

export const refsOf = (keeper: Keeper): string[] =>
  keeper
    .images()
    .flatMap(({ refs }) => [...refs])
    .sort();
