import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptCopies } from '../files/kept-copies';
import { stageTree } from '../files/stage';
import type { Places } from './build-targets';
import { canonicalJson } from './canonical-json';
import type { ImageFacts } from './facts';
import type { Image } from './image';
import { digestOf, hexOf } from '../values/digest';
import { TfodError, type Problem } from '../values/tfod-error';

/** What the builder would ignore was never staged; without this file it would ignore by the one that was. */
const NOTHING_IGNORED = '# Everything here was listed and hashed.\n';

/** Where images are laid out, by name, and what is wrong with those that could not be. */
export interface Staged {
  readonly places: ReadonlyMap<string, Places>;
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

/**
 * Lays out exactly what was hashed for each image; an entry that changed meanwhile is a TREE_CHANGED. Images that
 * are made from the same files share one copy.
 */
export async function stageImages(
  images: readonly Image[],
  scratch: string,
  copies: KeptCopies,
): Promise<Staged> {
  const staged = new Map<string, Promise<Places>>();
  const [places, problems] = [new Map<string, Places>(), new Map<string, readonly Problem[]>()];
  const all = images.map(async (image) => {
    const content = contentDigest(image);
    const place = staged.get(content) ?? stage(image, join(scratch, content), copies);
    staged.set(content, place);
    try {
      places.set(image.name, await place);
    } catch (error) {
      if (!(error instanceof TfodError)) throw error;
      problems.set(image.name, error.problems);
    }
  });
  const ended = await Promise.allSettled(all);
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  return { places, problems };
}

async function stage({ facts }: Image, folder: string, copies: KeptCopies): Promise<Places> {
  await mkdir(folder);
  const dockerfile = join(folder, 'Dockerfile');
  await writeFile(dockerfile, facts.dockerfile.text);
  await writeFile(`${dockerfile}.dockerignore`, NOTHING_IGNORED);
  const context = join(folder, contextName(facts));
  await stageTree(facts.context.root, facts.context.tree, context, copies);
  const named: Record<string, string> = {};
  for (const [name, { root, tree }] of Object.entries(facts.named)) {
    const place = join(folder, `named-${Object.keys(named).length}`);
    await stageTree(root, tree, place, copies);
    named[name] = place;
  }
  return { context, dockerfile, named };
}

/**
 * BuildKit keeps what it was sent by the last part of the context's path, and asks only for what differs in size,
 * mode or time the next time. So that part is always the same for one Dockerfile, and a model need not be sent
 * again after an edit of the code; `stageTree` makes the time of a file from its digest.
 */
function contextName({ context, dockerfile }: ImageFacts): string {
  return hexOf(digestOf(`${context.root}\0${dockerfile.path}`)).slice(0, 16);
}

/** Stands for all files that a build is sent: the Dockerfile as it is written, the context, the named folders. */
function contentDigest({ facts, record }: Image): string {
  const { context, named } = record;
  return hexOf(digestOf(canonicalJson({ dockerfile: digestOf(facts.dockerfile.text), context, named })));
}
