import { join } from 'node:path';
import type { Service } from '../service/service';
import type { Digest } from '../values/digest';
import { TfodError } from '../values/tfod-error';
import { shortDigest } from './description';
import { MODELS_LOCK_FILE, type LockedModel } from './models-lock';
import { readModelsLock } from './read-models-lock';
import { listModelFiles } from './saved-model';
import { fromAddress } from './source/from-address';
import { thisMachine, type ModelMachine } from './source/stored-model';
import { placeWeights } from './store/place-weights';

/** Where weights may come from: the `store` of this machine alone, or the address in the lock as well. */
export type Reach = 'store' | 'network';

/**
 * Makes sure that the weights of the service's model are there, when its lock says that they are fetched: out of the
 * store, and into the store from where the lock says. Changes nothing else, and nothing at all for vendored weights;
 * quick when they are there. Weights out of reach are left missing, which `checkModel` tells. Throws a `TfodError`.
 */
export async function ensureWeights(
  workspaceRoot: string,
  service: Pick<Service, 'root' | 'model' | 'name'>,
  machine: ModelMachine = thisMachine(),
  reach: Reach = 'network',
): Promise<void> {
  const locked = (await readModelsLock(workspaceRoot, service)).get(service.model);
  if (locked?.weights !== 'fetched') return;
  if (reach === 'store' && (await machine.store.find(locked.savedModel)) === undefined) return;
  const target = join(workspaceRoot, service.root, 'models', service.model, 'saved_model');
  const isThere = async () => (await digestAt(target, machine)) === locked.savedModel;
  while (!(await isThere())) {
    await machine.store.aloneUnless(
      target,
      isThere,
      () => replace(target, locked, service, machine),
      () => machine.network.screen.write(`waiting for another process that places ${service.model}\n`),
    );
  }
}

/** What is there and is in the store as well can be had again; anything else may be the only copy of somebody's work. */
async function replace(
  target: string,
  locked: LockedModel,
  service: Pick<Service, 'root' | 'model' | 'name'>,
  machine: ModelMachine,
): Promise<void> {
  const present = await digestAt(target, machine);
  if (present === locked.savedModel) return;
  if (present !== undefined && (await machine.store.find(present)) === undefined)
    throw foreign(present, locked, service);
  const folder =
    (await machine.store.find(locked.savedModel)) ?? (await fetchLocked(locked, service, machine));
  await placeWeights(folder, target, locked.weights);
}

async function fetchLocked(
  { url = '', sha256, bytes, savedModel }: LockedModel,
  service: Pick<Service, 'root' | 'model'>,
  machine: ModelMachine,
): Promise<string> {
  const { maxBytes, limits } = allowedFor(bytes, machine);
  const model = await fromAddress({ url: new URL(url), sha256, maxBytes }, { ...machine, limits });
  if (model.savedModel === savedModel) return model.folder;
  throw new TfodError({
    code: 'MODELS_LOCK_MALFORMED',
    what: 'The archive holds another SavedModel than the lock says',
    where: `${service.root}/${MODELS_LOCK_FILE} "${service.model}"`,
    expected: savedModel,
    found: model.savedModel,
    remedy: 'restore the file, or run nx g tfod:model again with the --source of the model',
  });
}

/** Somebody allowed the very same archive when the lock was written, and what came out of it as well. */
function allowedFor(
  bytes = 0,
  { limits }: ModelMachine,
): { readonly maxBytes: number; readonly limits: ModelMachine['limits'] } {
  const unpacked = Math.max(limits.bytes, bytes * limits.ratio);
  return { maxBytes: Math.max(limits.bytes, bytes), limits: { ...limits, bytes: unpacked } };
}

async function digestAt(folder: string, { store }: ModelMachine): Promise<Digest | undefined> {
  const files = await listModelFiles(folder).catch(() => []);
  return files.length === 0 ? undefined : store.digestOf(folder, files);
}

function foreign(
  present: Digest,
  locked: LockedModel,
  { root, model, name }: Pick<Service, 'root' | 'model' | 'name'>,
): TfodError {
  return new TfodError({
    code: 'MODEL_WEIGHTS_FOREIGN',
    what: `The weights of ${model} are others than those that the lock has fetched`,
    where: `${root}/models/${model}/saved_model`,
    expected: shortDigest(locked.savedModel),
    found: `${shortDigest(present)}, which is nowhere else`,
    remedy: `delete the folder to have the locked ones; or keep these by nx g tfod:model ${model} --project=${name} --source=${root}/models/${model} --weights=vendored`,
  });
}
