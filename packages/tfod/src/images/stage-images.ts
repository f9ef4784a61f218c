import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stageTree } from '../files/stage';
import type { Places } from './build-targets';
import type { Folder } from './facts';
import type { Image } from './image';

/** What the builder would ignore was never staged; without this file it would ignore by the one that was. */
const NOTHING_IGNORED = '# Everything here was listed and hashed.\n';

/** Lays out exactly what was hashed for each image; an entry that changed meanwhile is a TREE_CHANGED. */
export async function stageImages(images: readonly Image[], scratch: string): Promise<readonly Places[]> {
  const stage = new Stage(scratch);
  const places: Places[] = [];
  for (const image of images) {
    const folder = join(scratch, image.name);
    await mkdir(folder);
    const dockerfile = join(folder, 'Dockerfile');
    await writeFile(dockerfile, image.facts.dockerfile.text);
    await writeFile(`${dockerfile}.dockerignore`, NOTHING_IGNORED);
    const named: Record<string, string> = {};
    for (const [name, content] of Object.entries(image.facts.named)) named[name] = await stage.put(content);
    places.push({ context: await stage.put(image.facts.context), dockerfile, named });
  }
  return places;
}

/** Equal content is laid out once: the service images of both variants see one copy of the model. */
class Stage {
  readonly #known = new Map<Folder, string>();

  constructor(private readonly scratch: string) {}

  async put(content: Folder): Promise<string> {
    const known = this.#known.get(content);
    if (known !== undefined) return known;
    const folder = join(this.scratch, `content-${this.#known.size}`);
    await stageTree(content.root, content.tree, folder);
    this.#known.set(content, folder);
    return folder;
  }
}
