import { TfodError, type Problem } from '../values/tfod-error';
import { KEYS, keysRule, RULES, type Key } from './rules';
import { VARIANTS, type Variant } from './variant';

export { VARIANTS, type Variant } from './variant';

/** One Nx project that detects objects, as its `tfod.json` describes it. */
export interface Service {
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
}

/** The file that makes a project a service. */
export const SERVICE_FILE = 'tfod.json';

/** Reads the text of a tfod.json; throws a `TfodError` with everything that is wrong in it. */
export function parseService(text: string, at: { readonly name: string; readonly root: string }): Service {
  const where = `${at.root}/${SERVICE_FILE}`;
  const written = parseObject(text, where);
  const problems = [
    ...keysRule(written, where),
    ...KEYS.filter((key) => key in written).flatMap((key) => RULES[key](written[key], `${where} "${key}"`)),
  ];
  if (problems.length > 0) throw new TfodError(problems);
  const { variants, model, image, port } = written as unknown as Pick<Service, Key>;
  return { ...at, variants: VARIANTS.filter((variant) => variants.includes(variant)), model, image, port };
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
