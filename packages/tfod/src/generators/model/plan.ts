import { basename } from 'node:path';
import { formatBytes } from '../../models/download/progress';
import { classOffsetOf, formatDescription, keptAdapter, shortDigest } from '../../models/description';
import { builtInLabels } from '../../models/labels/built-in';
import { beyondHead, formatLabelMap, labelNotes } from '../../models/labels/label-map';
import { formatModelsLock, MODELS_LOCK_FILE, type LockedModel, type Weights } from '../../models/models-lock';
import { headClasses, type Detector } from '../../models/signature/family';
import { addressOf } from '../../models/source/source';
import type { StoredModel } from '../../models/source/stored-model';
import { SERVICE_FILE } from '../../service/service';
import { TfodError } from '../../values/tfod-error';
import type { Facts } from './facts';
import { withIgnored } from './ignore-file';
import { labelMapOf, type LabelMap, type ModelRequest } from './request';

/** A model that is in the store and was looked at. */
export interface ReadModel {
  readonly stored: StoredModel;
  readonly detector: Detector;
  /** Of all files of the SavedModel. */
  readonly bytes: number;
}

/** What is to be done to the service: everything has been checked, nothing has been written. */
export interface ModelPlan {
  /** Texts by path from the service's folder; undefined for a file that goes. */
  readonly files: ReadonlyMap<string, string | undefined>;
  readonly weights: Weights;
  readonly labels: LabelMap;
  /** What a person should know. */
  readonly notes: readonly string[];
}

/** Weights up to this size do no harm to a repository. */
const SMALL_BYTES = 10e6;
/** From this size on, hosts of repositories warn of a file or refuse it. */
const LARGE_BYTES = 50e6;

/** Decides what changes in the service; throws a `TfodError` with everything that speaks against it. */
export function planModel(
  request: ModelRequest,
  model: ReadModel,
  facts: Facts,
  zooLicence: string,
): ModelPlan {
  const { name, service } = request;
  const { stored, detector, bytes } = model;
  const labels = chooseLabels(request, stored, facts);
  const given = { digest: stored.savedModel, ...(stored.adapter && { adapter: stored.adapter }) };
  const offset = classOffsetOf(keptAdapter(given, facts.description));
  const problems = beyondHead(
    labels.labels,
    { classes: headClasses(detector.signature), offset },
    labels.where,
  );
  if (problems.length > 0) throw new TfodError(problems);
  const weights = request.weights ?? facts.lock.get(name)?.weights ?? defaultWeights(request, bytes);
  const locked = lockedModel(request, stored, weights, facts.lock.get(name));
  const licence = request.licence ?? stored.licence ?? (isOfZoo(request) ? zooLicence : null);
  const description = formatDescription(
    {
      name,
      source: request.sourceText,
      family: detector.family,
      ...given,
      bytes,
      input: detector.input,
      outputs: detector.signature.outputs,
      classes: labels.labels.length,
      licence,
    },
    facts.description,
  );
  const ignored = withIgnored(facts.ignoreFile, name, weights === 'fetched');
  return {
    files: new Map([
      [`models/${name}/model.json`, description],
      [`models/${name}/labels.pbtxt`, labels.text],
      [MODELS_LOCK_FILE, formatModelsLock(new Map([...facts.lock, [name, locked]]))],
      ['models/.gitignore', ignored === '' ? undefined : ignored],
      [SERVICE_FILE, request.makeDefault ? withModel(facts.serviceFile ?? '', name) : facts.serviceFile],
    ]),
    weights,
    labels,
    notes: [
      ...replacedNote(request, stored, facts),
      ...labelNotes(labels.labels),
      ...largeNote(weights, bytes, `${service.root}/models/${name}/saved_model`),
      ...otherServicesNote(locked, facts),
      ...defaultNote(request, facts),
    ],
  };
}

/**
 * Given labels count first; then those that are there, for the same model; then those that came with it; then, where
 * there are no others, those of the model that was there before.
 */
function chooseLabels(request: ModelRequest, stored: StoredModel, { lock, labelMap }: Facts): LabelMap {
  const { name, service } = request;
  if (request.labels) return request.labels;
  const where = `${service.root}/models/${name}/labels.pbtxt`;
  const isSame = lock.get(name)?.savedModel === stored.savedModel;
  if (isSame && labelMap !== undefined) return labelMapOf(labelMap, where);
  if (stored.labels !== undefined) return labelMapOf(stored.labels, `the label map of ${request.sourceText}`);
  if (isOfZoo(request))
    return { text: formatLabelMap(builtInLabels('coco')), labels: builtInLabels('coco'), where: 'coco' };
  if (labelMap !== undefined) return labelMapOf(labelMap, where);
  throw new TfodError({
    code: 'MODEL_NO_LABELS',
    what: 'No labels come with the model, so that its classes have no names',
    where: request.sourceText,
    expected: '--labels=coco, --labels=open-images, or --labels=<file>',
    remedy: 'give the labels that the model was trained with',
  });
}

function isOfZoo({ sourceText }: ModelRequest): boolean {
  return sourceText.startsWith('zoo:');
}

function defaultWeights({ source }: ModelRequest, bytes: number): Weights {
  return addressOf(source) === undefined || bytes <= SMALL_BYTES ? 'vendored' : 'fetched';
}

/** Of a model that was taken from its own folder, the archive that it once came in is known still. */
function lockedModel(
  { source, sourceText }: ModelRequest,
  { archive, savedModel }: StoredModel,
  weights: Weights,
  before: LockedModel | undefined,
): LockedModel {
  const url = addressOf(source)?.href;
  const { sha256, bytes } = archive ?? (before?.savedModel === savedModel ? before : {});
  return {
    source: sourceText,
    ...(url !== undefined && { url }),
    ...(sha256 !== undefined && { sha256 }),
    ...(bytes !== undefined && { bytes }),
    savedModel,
    weights,
  };
}

/** Its other lines stay as they are. */
function withModel(serviceFile: string, name: string): string {
  return serviceFile.replace(/("model"\s*:\s*)"[^"]*"/, (_, key: string) => `${key}${JSON.stringify(name)}`);
}

function replacedNote({ name }: ModelRequest, stored: StoredModel, { lock }: Facts): readonly string[] {
  const before = lock.get(name);
  if (before === undefined || before.savedModel === stored.savedModel) return [];
  return [`${name} was ${shortDigest(before.savedModel)} of ${before.source}`];
}

function largeNote(weights: Weights, bytes: number, folder: string): readonly string[] {
  if (weights !== 'vendored' || bytes < LARGE_BYTES) return [];
  return [
    `${formatBytes(bytes)} of weights are to be committed: put them into Git LFS before, by git lfs track '${folder}/**'`,
  ];
}

/** The same address must not mean two things in one workspace without somebody knowing. */
function otherServicesNote({ url, sha256 }: LockedModel, { otherLocks }: Facts): readonly string[] {
  const others = otherLocks
    .flatMap((lock) => [...lock.values()])
    .filter((other) => url !== undefined && other.url === url && other.sha256 !== sha256);
  return others.length === 0 ? [] : [`other services still have another archive of ${basename(url ?? '')}`];
}

function defaultNote(
  { name, service, makeDefault }: ModelRequest,
  { serviceFile }: Facts,
): readonly string[] {
  if (makeDefault || service.model === name || serviceFile === undefined) return [];
  return [`the image carries ${service.model}; add --default to have it carry ${name}`];
}
