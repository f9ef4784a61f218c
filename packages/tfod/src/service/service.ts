import { TfodError, type Problem } from '../values/tfod-error';
import { KEYS, keysRule, OPTIONAL_KEYS, RULES, RUNTIME_KEYS, RUNTIME_RULES, type Key } from './rules';
import { VARIANTS, type Variant } from './variant';

export { VARIANTS, type Variant } from './variant';

/** One Nx project that detects objects, as its `tfod.json` describes it. */
export interface Service {
  readonly kind?: undefined;
  /** The name of the Nx project. */
  readonly name: string;
  /** The project's folder, relative to the workspace root, with forward slashes. */
  readonly root: string;
  /** At least one, each once, in the order of `VARIANTS`. */
  readonly variants: readonly Variant[];
  /** The folder under `models/` that the image carries. */
  readonly model: string;
  /** The image's repository: an optional registry and a path, without tag and digest. */
  readonly image: string;
  /** The port that the server in the image listens on, 1 to 65535. */
  readonly port: number;
  /** The project whose images it stands on; undefined: it makes its own. */
  readonly runtime?: string;
}

/** One Nx project that makes the images below those of many services. */
export interface Runtime {
  readonly kind: 'runtime';
  /** The name of the Nx project. */
  readonly name: string;
  /** The project's folder, relative to the workspace root, with forward slashes. */
  readonly root: string;
  /** At least one, each once, in the order of `VARIANTS`. */
  readonly variants: readonly Variant[];
  /** The repository under which people find the images of the variants; the chain's are beside it. */
  readonly image: string;
}

/** A project with a tfod.json. */
export type TfodProject = Service | Runtime;

/** The file that makes a project a service or a runtime. */
export const SERVICE_FILE = 'tfod.json';

interface At {
  readonly name: string;
  readonly root: string;
}

/** Reads the text of a tfod.json of either kind; throws a `TfodError` with everything that is wrong in it. */
export function parseTfodProject(text: string, at: At): TfodProject {
  const where = `${at.root}/${SERVICE_FILE}`;
  const written = parseObject(text, where);
  return 'kind' in written ? runtimeOf(written, at, where) : serviceOf(written, at, where);
}

/** The same where only a service will do. */
export function parseService(text: string, at: At): Service {
  const project = parseTfodProject(text, at);
  if (project.kind === undefined) return project;
  throw new TfodError({
    code: 'SERVICE_IS_RUNTIME',
    what: `${at.name} is a runtime: it detects nothing by itself`,
    where: `${at.root}/${SERVICE_FILE}`,
    expected: 'a service',
    found: '"kind": "runtime"',
    remedy: `name a service; nx g tfod:service <name> --runtime=${at.name} makes one that stands on it`,
  });
}

function serviceOf(written: Readonly<Record<string, unknown>>, at: At, where: string): Service {
  const keys = [...KEYS, ...OPTIONAL_KEYS];
  const problems = [
    ...keysRule(written, where, { required: KEYS, optional: OPTIONAL_KEYS }),
    ...keys.filter((key) => key in written).flatMap((key) => RULES[key](written[key], `${where} "${key}"`)),
  ];
  if (problems.length > 0) throw new TfodError(problems);
  const { variants, model, image, port, runtime } = written as unknown as Pick<Service, Key>;
  return {
    ...at,
    variants: inOrder(variants),
    model,
    image,
    port,
    ...(runtime !== undefined && { runtime }),
  };
}

function runtimeOf(written: Readonly<Record<string, unknown>>, at: At, where: string): Runtime {
  const problems = [
    ...keysRule(written, where, { required: RUNTIME_KEYS, optional: [] }),
    ...RUNTIME_KEYS.filter((key) => key in written).flatMap((key) =>
      RUNTIME_RULES[key](written[key], `${where} "${key}"`),
    ),
  ];
  if (problems.length > 0) throw new TfodError(problems);
  const { variants, image } = written as unknown as Pick<Runtime, 'variants' | 'image'>;
  return { kind: 'runtime', ...at, variants: inOrder(variants), image };
}

function inOrder(variants: readonly Variant[]): readonly Variant[] {
  return VARIANTS.filter((variant) => variants.includes(variant));
}

function parseObject(text: string, where: string): Readonly<Record<string, unknown>> {
  const malformed = (found: string): Problem => ({
    code: 'SERVICE_MALFORMED',
    what: `${SERVICE_FILE} cannot be read`,
    where,
    expected: 'one JSON object',
    found,
    remedy: 'correct the file; an editor that knows its $schema shows the place',
  });
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new TfodError(malformed((error as SyntaxError).message), { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new TfodError(malformed(JSON.stringify(value)));
}
