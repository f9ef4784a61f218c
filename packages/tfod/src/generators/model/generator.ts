import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { logger, type GeneratorCallback, type Tree } from '@nx/devkit';
import { runCommand } from '../../engine/run-command';
import { formatBytes } from '../../models/download/progress';
import { parseManifest } from '../../models/manifest';
import type { Weights } from '../../models/models-lock';
import { listModelFiles } from '../../models/saved-model';
import { findDetector } from '../../models/signature/family';
import { readSignatures } from '../../models/signature/read-signatures';
import { fetchModel } from '../../models/source/fetch-model';
import { thisMachine, type ModelMachine, type StoredModel } from '../../models/source/stored-model';
import { readZoo, type Zoo } from '../../models/source/zoo';
import { placeWeights } from '../../models/store/place-weights';
import { print } from '../../screen/screen';
import type { Digest } from '../../values/digest';
import { TfodError } from '../../values/tfod-error';
import type { BesidesPlan } from './besides';
import { askSource, personOf, type Person } from './ask-source';
import { gatherFacts, type Facts } from './facts';
import { placeBesides } from './place-besides';
import { planModel, type ModelPlan, type ReadModel } from './plan';
import { parseRequest, type ModelRequest } from './request';
import type { ModelOptions } from './schema';
import { isTracked } from './tracked-weights';
import { zooTable } from './zoo-table';

/** What the generator touches besides the tree; tests give their own. */
export interface Surroundings {
  readonly machine: () => ModelMachine;
  /** Who can be asked, if anybody. */
  readonly person: Person | undefined;
  readonly print: (text: string) => void;
}

const HERE: Surroundings = {
  machine: thisMachine,
  person: personOf(process),
  print,
};

/**
 * Puts a model into a service. The model goes into the store of this machine first, so that all of it was checked
 * before anything is written; the weights follow when Nx has written the rest.
 */
export default async function modelGenerator(
  tree: Tree,
  options: ModelOptions,
  { machine, person, ...screen }: Surroundings = HERE,
): Promise<GeneratorCallback | undefined> {
  const zoo = readZoo();
  if (options.list) {
    screen.print(zooTable(zoo));
    return undefined;
  }
  const facts = gatherFacts(tree, options);
  const request = parseRequest(await withSource(options, facts, zoo, person), facts, zoo);
  const here = machine();
  const model = await readModel(await fetchModel(request.source, request, here), request);
  const plan = planModel(request, model, facts, zoo.licence);
  await refuseStrangers(targetOf(tree, request), request, model.stored);
  write(tree, request, plan);
  const besides = await placeBesides(
    tree,
    { folder: folderOf(request), before: savedModelBefore(facts, request.name) },
    model.stored,
    here.store,
  );
  return async () => {
    await place(
      tree,
      request,
      model.stored,
      { weights: plan.weights, before: facts.lock.get(request.name)?.weights },
      here,
    );
    const notes = [
      ...plan.notes,
      ...strangersNote(besides),
      ...(await trackedNote(tree.root, `${folderOf(request)}/saved_model`, plan)),
    ];
    tell(request, model, { ...plan, notes });
  };
}

/** Asks for what nobody can know; all else that is missing is said at once with whatever is wrong. */
async function withSource(
  options: ModelOptions,
  { service, lock, hasSavedModel }: Facts,
  zoo: Zoo,
  person: Person | undefined,
): Promise<ModelOptions> {
  const isKnown = options.source !== undefined || lock.has(String(options.name ?? '')) || hasSavedModel;
  if (isKnown || !person || !service || options.name === undefined) return options;
  const source = await askSource(person, zoo);
  return source === undefined ? options : { ...options, source };
}

async function readModel(stored: StoredModel, { sourceText }: ModelRequest): Promise<ReadModel> {
  const files = await listModelFiles(stored.folder);
  const signatures = readSignatures(await readFile(join(stored.folder, 'saved_model.pb')), sourceText);
  return {
    stored,
    detector: findDetector(signatures, sourceText),
    bytes: files.reduce((total, { bytes }) => total + bytes, 0),
  };
}

/** From the workspace root. */
function folderOf({ name, service }: ModelRequest): string {
  return `${service.root}/models/${name}`;
}

function targetOf(tree: Tree, request: ModelRequest): string {
  return join(tree.root, folderOf(request), 'saved_model');
}

/** A model that came with the service is described, and in no lock. */
function savedModelBefore({ lock, description }: Facts, name: string): Digest | undefined {
  const locked = lock.get(name)?.savedModel;
  if (locked !== undefined || description === undefined) return locked;
  try {
    return parseManifest(description, '').digest;
  } catch {
    return undefined; // is written anew
  }
}

/** A model that is taken from where it goes to is replaced by itself: what lies among its files would be gone. */
async function refuseStrangers(
  target: string,
  { source }: ModelRequest,
  { folder }: StoredModel,
): Promise<void> {
  if (source.kind !== 'path' || resolve(source.path) !== dirname(target)) return;
  const known = new Set((await listModelFiles(folder)).map(({ path }) => path));
  const strangers = (await listModelFiles(target)).filter(({ path }) => !known.has(path));
  if (strangers.length === 0) return;
  throw new TfodError({
    code: 'MODEL_STRANGERS',
    what: 'Files that are no part of a SavedModel lie among its files',
    where: target,
    found: strangers.map(({ path }) => path).join(', '),
    remedy: 'move them to the folder above, or delete them',
  });
}

function write(tree: Tree, { service }: ModelRequest, { files }: ModelPlan): void {
  for (const [path, text] of files) {
    const file = `${service.root}/${path}`;
    if (text === undefined) {
      if (tree.exists(file)) tree.delete(file);
    } else if (!tree.exists(file) || tree.read(file, 'utf-8') !== text) tree.write(file, text);
  }
}

/** Nothing is touched where the very same weights are, kept in the same way. */
async function place(
  tree: Tree,
  request: ModelRequest,
  { savedModel, folder }: StoredModel,
  { weights, before = weights }: { weights: Weights; before: Weights | undefined },
  { store }: ModelMachine,
): Promise<void> {
  const target = targetOf(tree, request);
  const files = await listModelFiles(target).catch(() => []);
  const isThere = files.length > 0 && (await store.digestOf(target, files)) === savedModel;
  if (!isThere || weights !== before) await placeWeights(folder, target, weights);
}

function strangersNote({ strangers }: BesidesPlan): readonly string[] {
  if (strangers.length === 0) return [];
  return [`of the model before, or added by somebody, and left as they are: ${strangers.join(', ')}`];
}

/** An ignored file that is in the index stays in it. */
async function trackedNote(root: string, folder: string, { weights }: ModelPlan): Promise<readonly string[]> {
  if (weights !== 'fetched' || !(await isTracked(runCommand, root, folder))) return [];
  return [`Git still has the weights; take them out of the next commit by git rm -r --cached ${folder}`];
}

function tell(
  request: ModelRequest,
  { detector, bytes }: ReadModel,
  { weights, labels, notes }: ModelPlan,
): void {
  const what = `${detector.family}, ${labels.labels.length} classes, ${formatBytes(bytes)} of ${weights} weights`;
  logger.info(`${folderOf(request)}: ${what}`);
  for (const note of notes) logger.info(`  ${note}`);
}
