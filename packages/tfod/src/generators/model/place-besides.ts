import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Tree } from '@nx/devkit';
import { DEMO } from '../../models/source/fetch-model';
import type { StoredModel } from '../../models/source/stored-model';
import type { ModelStore } from '../../models/store/store';
import { digestOf, type Digest } from '../../values/digest';
import { planBesides, type BesidesPlan, type Digests } from './besides';

/** A model folder that gets a model. */
export interface Place {
  /** From the workspace root. */
  readonly folder: string;
  /** The SavedModel that was there before; undefined: none that is known. */
  readonly before: Digest | undefined;
}

/**
 * Puts sample pictures and annotations into a model folder, in the place of those of the model before, and has the
 * store keep which ones. What it leaves alone is in the answer.
 */
export async function placeBesides(
  tree: Tree,
  { folder, before }: Place,
  { savedModel, besides }: StoredModel,
  store: ModelStore,
): Promise<BesidesPlan> {
  const given = new Map(besides.map(({ path, from }) => [path, digestOf(readFileSync(from))]));
  const present = filesIn(tree, folder);
  const isReplaced = before !== undefined && before !== savedModel;
  const plan = planBesides(present, given, isReplaced ? cameWith(await store.besides(before)) : undefined);
  for (const { path, from } of besides) {
    if (plan.writes.includes(path)) tree.write(`${folder}/${path}`, readFileSync(from));
  }
  for (const path of plan.removals) tree.delete(`${folder}/${path}`);
  // What lies in the folder itself is somebody's own, and may be nowhere else.
  const copied = besides.filter(({ path, from }) => resolve(from) !== resolve(tree.root, folder, path));
  const placed = copied.filter(
    ({ path }) => plan.writes.includes(path) || present.get(path) === given.get(path),
  );
  await store.keepBesides(savedModel, new Map(placed.map(({ path }) => [path, given.get(path) as Digest])));
  return plan;
}

/** What the plugin has itself was copied without the store by whoever made the service. */
function cameWith(known: Digests): (path: string, digest: Digest) => boolean {
  return (path, digest) => {
    if (known.get(path) === digest) return true;
    const demo = join(DEMO, path);
    return existsSync(demo) && digestOf(readFileSync(demo)) === digest;
  };
}

function filesIn(tree: Tree, folder: string): Digests {
  const samples = tree.children(`${folder}/samples`).map((name) => `samples/${name}`);
  const files = [...samples, 'annotations.json'].filter((path) => tree.isFile(`${folder}/${path}`));
  return new Map(files.map((path) => [path, digestOf(tree.read(`${folder}/${path}`) ?? '')]));
}
