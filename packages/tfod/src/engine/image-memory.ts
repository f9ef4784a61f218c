import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../files/atomic-write';
import { cacheDirIfAny } from '../files/cache-dir';
import { parsePlatform } from '../values/platform';
import type { EngineImage } from './engine';

/** What an id stands for and what therefore never changes; the names of an image do. */
export type ImageContent = Omit<EngineImage, 'refs'>;

/** Keeps what the engine told of images, for to be told of hundreds takes longer than all the rest of a plan. */
export interface ImageMemory {
  /** By id. */
  recall(): Promise<ReadonlyMap<string, ImageContent>>;
  /** In the place of what was kept before. */
  keep(images: readonly ImageContent[]): Promise<void>;
}

export const NO_MEMORY: ImageMemory = {
  recall: async () => new Map(),
  keep: async () => undefined,
};

/** In a file of the cache folder; where there is none, or it cannot be written, nothing is kept. */
export function imageMemory(env: NodeJS.ProcessEnv): ImageMemory {
  const home = cacheDirIfAny(env, process.platform);
  return home === undefined ? NO_MEMORY : inFile(join(home, 'engine-images.json'));
}

/** A file that is not there or of something else is the same as an empty one. */
function inFile(path: string): ImageMemory {
  return {
    recall: async () => {
      try {
        const images = (JSON.parse(await readFile(path, 'utf8')) as unknown[]).map(parseContent);
        return new Map(images.map((image) => [image.id, image]));
      } catch {
        return new Map();
      }
    },
    keep: async (images) => {
      const kept = images.map(({ id, labels, platform, bytes }) => ({ id, labels, platform, bytes }));
      await writeFileAtomic(path, JSON.stringify(kept)).catch(() => undefined);
    },
  };
}

function parseContent(value: unknown): ImageContent {
  const { id, labels, platform, bytes } = value as ImageContent;
  const isWhole =
    typeof id === 'string' &&
    typeof bytes === 'number' &&
    Object.values(labels).every((label) => typeof label === 'string');
  if (!isWhole) throw new TypeError('not an image');
  return { id, labels, platform: parsePlatform(platform), bytes };
}
