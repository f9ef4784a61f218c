import { parseDigest, type Digest } from '../values/digest';
import { TfodError, type Problem } from '../values/tfod-error';

/** Where the weights of a model are: committed with the service, or fetched into it where it is built. */
export type Weights = 'vendored' | 'fetched';
export const WEIGHTS: readonly Weights[] = ['vendored', 'fetched'];

/** From where a model came, and what it must be whenever it comes again. */
export interface LockedModel {
  /** `zoo:…`, an address, `file:…` or `demo`, as it was asked for. */
  readonly source: string;
  /** Where it can be fetched; a model of this machine has none. */
  readonly url?: string;
  /** Of the archive, in which it came. */
  readonly sha256?: Digest;
  /** Of the archive. */
  readonly bytes?: number;
  /** Of the tree of the SavedModel. */
  readonly savedModel: Digest;
  readonly weights: Weights;
}

/** The models of one service that `tfod:model` put there, by name. */
export type ModelsLock = ReadonlyMap<string, LockedModel>;

/** From the folder of the service. */
export const MODELS_LOCK_FILE = 'models/models.lock.json';
export const NO_MODELS: ModelsLock = new Map();

const VERSION = 1;

/** Reads a models.lock.json; throws MODELS_LOCK_MALFORMED with everything that is wrong. `where` names the file. */
export function parseModelsLock(text: string, where: string): ModelsLock {
  const { version, models } = parseObject(text, where);
  if (version !== VERSION || !isObject(models)) {
    throw new TfodError(
      malformed(where, `{ "version": ${VERSION}, "models": { … } }`, text.trim().slice(0, 60)),
    );
  }
  const problems: Problem[] = [];
  const parsed = Object.entries(models).flatMap(([name, model]): [string, LockedModel][] => {
    const faults = faultsOf(model);
    problems.push(...faults.map((fault) => malformed(`${where} "${name}"`, fault, JSON.stringify(model))));
    return faults.length === 0 ? [[name, model as LockedModel]] : [];
  });
  if (problems.length > 0) throw new TfodError(problems);
  return new Map(parsed);
}

/** Sorted, one line for each fact, so that a change of one model is a change of its lines. */
export function formatModelsLock(lock: ModelsLock): string {
  const models = [...lock]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { source, url, sha256, bytes, savedModel, weights }]) => [
      name,
      { source, url, sha256, bytes, savedModel, weights },
    ]);
  return `${JSON.stringify({ version: VERSION, models: Object.fromEntries(models) }, null, 2)}\n`;
}

/** What is recorded of an address in any of these locks; services must not disagree on what it gives. */
export function recordedSha256(locks: readonly ModelsLock[], url: string): Digest | undefined {
  return locks.flatMap((lock) => [...lock.values()]).find((model) => model.url === url)?.sha256;
}

function faultsOf(model: unknown): readonly string[] {
  if (!isObject(model)) return ['an object'];
  const { source, url, sha256, bytes, savedModel, weights } = model;
  const isFetched = weights === 'fetched';
  const faults: readonly (readonly [boolean, string])[] = [
    [typeof source === 'string', '"source" in quotes'],
    [
      isFetched ? typeof url === 'string' && URL.canParse(url) : isTextOrNone(url),
      '"url" of what is fetched',
    ],
    [isFetched || sha256 !== undefined ? isDigest(sha256) : true, '"sha256": "sha256:…"'],
    [bytes === undefined || (Number.isSafeInteger(bytes) && Number(bytes) >= 0), '"bytes" as a whole number'],
    [isDigest(savedModel), '"savedModel": "sha256:…"'],
    [WEIGHTS.some((each) => each === weights), `"weights": one of ${WEIGHTS.join(', ')}`],
  ];
  return faults.filter(([isRight]) => !isRight).map(([, fault]) => fault);
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isDigest(value: unknown): boolean {
  try {
    return typeof value === 'string' && parseDigest(value) === value;
  } catch {
    return false;
  }
}

function parseObject(text: string, where: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    throw new TfodError(malformed(where, 'one JSON object', (error as SyntaxError).message), {
      cause: error,
    });
  }
  throw new TfodError(malformed(where, 'one JSON object', text.trim().slice(0, 60)));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(where: string, expected: string, found: string): Problem {
  return {
    code: 'MODELS_LOCK_MALFORMED',
    what: 'The lock of the models cannot be read',
    where,
    expected,
    found,
    remedy: 'restore the file; where two changes met, run nx g tfod:model again for the models of both',
  };
}
