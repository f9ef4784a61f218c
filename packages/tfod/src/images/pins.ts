import { parseDigest, type Digest } from '../values/digest';
import { familiarRef, parseImageRef } from '../values/image-ref';
import { TfodError, type Problem } from '../values/tfod-error';

/** The file in the workspace root that says which digest each external image has. */
export const PINS_FILE = 'tfod.lock.json';
const VERSION = 1;

/** Digest by ref in its familiar spelling, `python:3.13-slim-trixie`. */
export type Pins = ReadonlyMap<string, Digest>;

export const NO_PINS: Pins = new Map();

/** Reads the text of a tfod.lock.json; throws PINS_MALFORMED with everything that is wrong in it. */
export function parsePins(text: string): Pins {
  const images = readImages(text);
  const problems: Problem[] = [];
  const pins = new Map<string, Digest>();
  for (const [ref, entry] of Object.entries(images)) {
    try {
      pins.set(pinName(ref), parseDigest(String((entry as { digest?: unknown } | null)?.digest)));
    } catch (error) {
      if (!(error instanceof TfodError)) throw error;
      problems.push(
        ...error.problems.map((problem) => malformed(`"${ref}": ${problem.what}`, problem.found)),
      );
    }
  }
  if (problems.length > 0) throw new TfodError(problems);
  return pins;
}

/** The text of the file: sorted, so that two branches that add a pin conflict as little as can be. */
export function formatPins(pins: Pins): string {
  const images = [...pins].sort(([a], [b]) => (a < b ? -1 : 1)).map(([ref, digest]) => [ref, { digest }]);
  return `${JSON.stringify({ version: VERSION, images: Object.fromEntries(images) }, null, 2)}\n`;
}

/** The pins with these in addition; a pin that is there already gets the new digest. */
export function withPins(pins: Pins, added: Iterable<readonly [string, Digest]>): Pins {
  return new Map([...pins, ...added]);
}

/** How a ref is called in the file, however a Dockerfile spells it. */
export function pinName(ref: string): string {
  return familiarRef(parseImageRef(ref));
}

/** The digest of an external image: the one it names itself, or its pin. */
export function pinnedDigest(pins: Pins, ref: string): Digest | undefined {
  return parseImageRef(ref).digest ?? pins.get(pinName(ref));
}

function readImages(text: string): Readonly<Record<string, unknown>> {
  let file: { version?: unknown; images?: unknown } | null;
  try {
    file = JSON.parse(text) as typeof file;
  } catch (error) {
    throw new TfodError(malformed('it is no JSON', (error as SyntaxError).message), { cause: error });
  }
  if (file?.version !== VERSION)
    throw new TfodError(malformed(`its version is not ${VERSION}`, String(file?.version)));
  if (typeof file.images !== 'object' || file.images === null || Array.isArray(file.images)) {
    throw new TfodError(malformed('"images" is no object', JSON.stringify(file.images)));
  }
  return file.images as Record<string, unknown>;
}

function malformed(what: string, found: string | undefined): Problem {
  return {
    code: 'PINS_MALFORMED',
    what: `${PINS_FILE} cannot be read: ${what}`,
    where: PINS_FILE,
    expected: '{ "version": 1, "images": { "python:3.13-slim-trixie": { "digest": "sha256:…" } } }',
    ...(found !== undefined && { found }),
    remedy: `correct the file, or remove it and run nx g tfod:pin`,
  };
}
