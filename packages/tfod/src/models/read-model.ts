import { statSync, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readText } from '../files/read-text';
import { cacheDirIfAny } from '../files/cache-dir';
import { SERVICE_FILE, type Service } from '../service/service';
import { TfodError, type Problem } from '../values/tfod-error';
import { formatBytes } from './download/progress';
import { parseManifest, type Manifest } from './manifest';
import type { LockedModel } from './models-lock';
import { readModelsLock } from './read-models-lock';
import { findPointers, listModelFiles, savedModelDigest } from './saved-model';

/** Where a model's digest is kept between runs, if anywhere, and the time. */
export interface ModelCache {
  readonly folder: string | undefined;
  readonly nowMs: number;
}

/** The folder of a service's model, absolute. */
export function modelFolder(workspaceRoot: string, service: Service): string {
  return join(workspaceRoot, service.root, 'models', service.model);
}

/**
 * Everything that keeps the service's model from being used; empty when it is fit. Weights are read only when
 * they changed since they were last found to be right.
 */
export async function checkModel(
  workspaceRoot: string,
  service: Service,
  cache: ModelCache = { folder: cacheDirIfAny(process.env, process.platform), nowMs: Date.now() },
): Promise<Problem[]> {
  const where = `${service.root}/models/${service.model}`;
  const folder = modelFolder(workspaceRoot, service);
  if (!isFolder(folder)) return [await missing(workspaceRoot, service, where)];
  const { manifest, problems } = await readManifest(folder, where);
  const lock = await readLock(workspaceRoot, service);
  const fetched = lock.model?.weights === 'fetched' ? { service, model: lock.model } : undefined;
  return [
    ...problems,
    ...lock.problems,
    ...checkLabels(folder, where),
    ...(await checkBesides(folder, where)),
    ...(await checkSavedModel(folder, where, { manifest, fetched, cache })),
  ];
}

/** A model whose weights are not in the commit. */
interface Fetched {
  readonly service: Service;
  readonly model: LockedModel;
}

async function readLock(
  workspaceRoot: string,
  service: Service,
): Promise<{ model?: LockedModel | undefined; problems: readonly Problem[] }> {
  try {
    return { model: (await readModelsLock(workspaceRoot, service)).get(service.model), problems: [] };
  } catch (error) {
    if (error instanceof TfodError) return { problems: error.problems };
    throw error;
  }
}

async function readManifest(
  folder: string,
  where: string,
): Promise<{ manifest?: Manifest; problems: readonly Problem[] }> {
  const file = `${where}/model.json`;
  try {
    return {
      manifest: parseManifest(await readText(join(folder, 'model.json')), file),
      problems: [],
    };
  } catch (error) {
    if (error instanceof TfodError) return { problems: error.problems };
    const problem: Problem = {
      code: 'MODEL_MANIFEST_INVALID',
      what: 'The description of the model cannot be read',
      where: file,
      found: codeOf(error),
      remedy: `write at least { "name": "${where.split('/').at(-1)}" } into it`,
    };
    return { problems: [problem] };
  }
}

function checkLabels(folder: string, where: string): readonly Problem[] {
  if (isFile(join(folder, 'labels.pbtxt'))) return [];
  return [
    {
      code: 'MODEL_NO_LABELS',
      what: 'The model has no label map, so that its classes have no names',
      where: `${where}/labels.pbtxt`,
      expected: "one entry for each class: item { id: 1 name: 'car' }",
      remedy: 'copy the label map that the model was trained with',
    },
  ];
}

/** The label map, pictures and all else that the image gets with the weights. */
async function checkBesides(folder: string, where: string): Promise<readonly Problem[]> {
  const files = await listModelFiles(folder);
  const besides = files.filter(({ path }) => !path.startsWith('saved_model/'));
  const pointers = await findPointers(folder, besides);
  return pointers.length === 0 ? [] : [isPointer('Files of the model', pointers, where)];
}

async function checkSavedModel(
  model: string,
  whereModel: string,
  {
    manifest,
    fetched,
    cache,
  }: { manifest: Manifest | undefined; fetched: Fetched | undefined; cache: ModelCache },
): Promise<readonly Problem[]> {
  const folder = join(model, 'saved_model');
  const where = `${whereModel}/saved_model`;
  if (!isFile(join(folder, 'saved_model.pb'))) {
    return [fetched ? notFetched(fetched, where) : await noSavedModel(folder, where)];
  }
  const files = await listModelFiles(folder);
  const pointers = await findPointers(folder, files);
  if (pointers.length > 0) return [isPointer('The weights', pointers, where)];
  if (manifest?.digest === undefined) return [];
  const digest = await savedModelDigest(folder, files, cache);
  if (digest === manifest.digest) return [];
  return [
    {
      code: 'MODEL_DIGEST_MISMATCH',
      what: 'The SavedModel is not the one that model.json describes',
      where,
      expected: manifest.digest,
      found: digest,
      remedy: fetched
        ? fetchCommand(fetched)
        : 'restore the files, or write the digest that was found into model.json if they are meant to differ',
    },
  ];
}

async function missing(workspaceRoot: string, service: Service, where: string): Promise<Problem> {
  const models = await namesIn(join(workspaceRoot, service.root, 'models'));
  return {
    code: 'MODEL_MISSING',
    what: `The model "${service.model}" of ${service.name} is not there`,
    where,
    expected: 'a folder with model.json, labels.pbtxt and saved_model/',
    found: models.length === 0 ? 'no models at all' : `the models ${models.join(', ')}`,
    remedy: `put it there by npx nx g tfod:model ${service.model} --project=${service.name} --source=…, or name another as "model" in ${service.root}/${SERVICE_FILE}`,
  };
}

async function noSavedModel(folder: string, where: string): Promise<Problem> {
  const names = await namesIn(folder);
  return {
    code: 'MODEL_NO_SAVED_MODEL',
    what: 'There is no saved_model.pb',
    where,
    found: names.length === 0 ? 'an empty folder or none' : names.slice(0, 8).join(', '),
    remedy: 'put the exported SavedModel there: saved_model.pb and variables/',
  };
}

function notFetched(fetched: Fetched, where: string): Problem {
  return {
    code: 'MODEL_NOT_FETCHED',
    what: 'The weights of the model are fetched, and were not yet: docker-build, infer and gpu-verify do it',
    where,
    expected: `the SavedModel of ${fetched.model.url ?? fetched.model.source}${sizeOf(fetched.model)}`,
    remedy: fetchCommand(fetched),
  };
}

function sizeOf({ bytes }: LockedModel): string {
  return bytes === undefined ? '' : `, ${formatBytes(bytes)} to fetch`;
}

function fetchCommand({ service }: Fetched): string {
  return `npx nx g tfod:model ${service.model} --project=${service.name}`;
}

function isPointer(files: string, pointers: readonly string[], where: string): Problem {
  return {
    code: 'MODEL_LFS_POINTER',
    what: `${files} are Git LFS pointers and not the files themselves`,
    where,
    found: pointers.join(', '),
    remedy: 'git lfs pull',
  };
}

function isFolder(path: string): boolean {
  return factsOf(path)?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return factsOf(path)?.isFile() ?? false;
}

/** What is at the path, or nothing when nothing is; a folder that may not be looked into is an error. */
function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
