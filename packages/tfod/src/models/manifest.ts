import { parseDigest, type Digest } from '../values/digest';
import { TfodError, type Problem } from '../values/tfod-error';

/** What a `model.json` says that decides anything here; its further facts are for people. */
export interface Manifest {
  readonly name: string;
  /** Of the tree under `saved_model/`; a manifest without one lets any files pass. */
  readonly digest?: Digest;
}

/** Reads the text of a model.json; throws MODEL_MANIFEST_INVALID. `where` names the file. */
export function parseManifest(text: string, where: string): Manifest {
  const { name, digest } = parseObject(text, where);
  if (typeof name !== 'string' || name === '') {
    throw new TfodError(invalid(where, '"name": "…"', JSON.stringify(name) ?? 'no name'));
  }
  if (digest === undefined || digest === null) return { name };
  try {
    return { name, digest: parseDigest(String(digest)) };
  } catch (error) {
    const expected = '"digest": "sha256:…" with 64 lower-case hexadecimal digits';
    throw new TfodError(invalid(where, expected, JSON.stringify(digest)), { cause: error });
  }
}

function parseObject(text: string, where: string): { readonly name?: unknown; readonly digest?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new TfodError(invalid(where, 'one JSON object', (error as SyntaxError).message), { cause: error });
  }
  throw new TfodError(invalid(where, 'one JSON object', text.trim().slice(0, 60)));
}

function invalid(where: string, expected: string, found: string): Problem {
  return {
    code: 'MODEL_MANIFEST_INVALID',
    what: 'The description of the model cannot be used',
    where,
    expected,
    found,
    remedy: 'correct the file; { "name": "…" } is enough',
  };
}
