import type { Variant } from '../service/service';
import type { Problem } from '../values/tfod-error';
import { compareMinors, distance, minorOf, type Minor, type Release } from './matrix';
import type { ShippedLock } from './shipped-locks';

/** The versions that a service stands on. */
export interface Toolchain {
  readonly tensorflow: Minor;
  readonly python: Minor;
}

/** What a person asks for: versions as written (`2.21`, `2.21.0`), or nothing where the newest will do. */
export interface ToolchainRequest {
  readonly tensorflow?: string | undefined;
  readonly python?: string | undefined;
  readonly variants: readonly Variant[];
}

export type ToolchainChoice =
  | { readonly lock: ShippedLock; readonly problems?: never }
  | { readonly problems: readonly Problem[]; readonly lock?: never };

/** Debian's release under the slim image of each Python. */
const DEBIAN: Readonly<Record<string, string>> = {
  '3.10': 'bookworm',
  '3.11': 'bookworm',
  '3.12': 'bookworm',
  '3.13': 'trixie',
};

/** The image that the base image of a service starts from. */
export function pythonImage(python: Minor): string {
  const debian = DEBIAN[python];
  if (debian === undefined) throw new Error(`no slim image is known for Python ${python}`);
  return `python:${python}-slim-${debian}`;
}

/**
 * Finds the newest TensorFlow, and the newest Python with it, that meet the request and for which a lock is
 * shipped for each variant; or says what cannot be met and which combinations come nearest.
 */
export function chooseToolchain(
  request: ToolchainRequest,
  matrix: readonly Release[],
  locks: readonly ShippedLock[],
): ToolchainChoice {
  const offers = locks.filter((lock) => request.variants.every((v) => lock.variants.includes(v)));
  const malformed = (['tensorflow', 'python'] as const).flatMap((tool) => malformedVersion(tool, request));
  if (malformed.length > 0) return { problems: malformed };

  const asked: Wish = {
    tensorflow: request.tensorflow === undefined ? undefined : minorOf(request.tensorflow),
    python: request.python === undefined ? undefined : minorOf(request.python),
  };
  const lock = offers.filter((offer) => meets(offer, asked)).sort(newestFirst)[0];
  return lock ? { lock } : { problems: [unmet(asked, request.variants, matrix, offers)] };
}

interface Wish {
  readonly tensorflow: Minor | undefined;
  readonly python: Minor | undefined;
}

const TITLE = { tensorflow: 'TensorFlow', python: 'Python' } as const;

function malformedVersion(tool: 'tensorflow' | 'python', request: ToolchainRequest): Problem[] {
  const written = request[tool];
  if (written === undefined || minorOf(written) !== undefined) return [];
  const example = tool === 'python' ? '3.13' : '2.21';
  return [
    {
      code: 'VERSION_MALFORMED',
      what: `This is not a version of ${TITLE[tool]}`,
      where: `--${tool}`,
      expected: `a minor such as ${example}, or a patch of it`,
      found: JSON.stringify(written),
      remedy: `leave --${tool} out to take the newest that is supported`,
    },
  ];
}

function meets(lock: ShippedLock, asked: Wish): boolean {
  return (
    (asked.tensorflow === undefined || lock.tensorflow === asked.tensorflow) &&
    (asked.python === undefined || lock.python === asked.python)
  );
}

function newestFirst(a: ShippedLock, b: ShippedLock): number {
  return compareMinors(b.tensorflow, a.tensorflow) || compareMinors(b.python, a.python);
}

function unmet(
  asked: Wish,
  variants: readonly Variant[],
  matrix: readonly Release[],
  offers: readonly ShippedLock[],
): Problem {
  const nearest = nearestOffers(asked, offers);
  return {
    code: 'TOOLCHAIN_UNSUPPORTED',
    what: reason(asked, variants, matrix, offers),
    where: flags(asked),
    expected: nearest
      .map(({ tensorflow, python }) => `TensorFlow ${tensorflow} with Python ${python}`)
      .join(', or '),
    found: describe(asked),
    remedy: nearest[0] ? `use ${flags(nearest[0])}` : 'install a tfod package that carries its lock files',
  };
}

/** Why no offer meets the wish: versions that are unknown, that never met, or that are not offered. */
function reason(
  asked: Wish,
  variants: readonly Variant[],
  matrix: readonly Release[],
  offers: readonly ShippedLock[],
): string {
  const { tensorflow, python } = asked;
  const release = matrix.find((row) => row.tensorflow === tensorflow);
  if (tensorflow && !release) return `TensorFlow ${tensorflow} is not in the compat matrix`;
  if (release && python && !release.pythons.includes(python)) {
    return `TensorFlow ${tensorflow} was never built for Python ${python}; it is for ${release.pythons.join(', ')}`;
  }
  const offered = tensorflow && offers.some((offer) => offer.tensorflow === tensorflow);
  const subject =
    offered || !tensorflow ? (python ? `Python ${python}` : 'Any version') : `TensorFlow ${tensorflow}`;
  return `${subject} is not offered for ${variants.join(' and ')}: tfod ships no lock file for it`;
}

/** For each version that was asked for, the offer that keeps it and comes nearest in the other; then the newest. */
function nearestOffers(asked: Wish, offers: readonly ShippedLock[]): readonly ShippedLock[] {
  const nearest = (first: keyof Wish, second: keyof Wish) =>
    [...offers].sort((a, b) => away(asked, first, a, b) || away(asked, second, a, b) || newestFirst(a, b))[0];
  const picks = [
    nearest('tensorflow', 'python'),
    asked.python === undefined ? undefined : nearest('python', 'tensorflow'),
    [...offers].sort(newestFirst)[0],
  ];
  return [...new Set(picks)].filter((offer) => offer !== undefined);
}

function away(asked: Wish, tool: keyof Wish, a: ShippedLock, b: ShippedLock): number {
  const wish = asked[tool];
  return wish === undefined ? 0 : distance(wish, a[tool]) - distance(wish, b[tool]);
}

function flags(wish: Wish): string {
  return (['tensorflow', 'python'] as const)
    .flatMap((tool) => (wish[tool] === undefined ? [] : [`--${tool}=${wish[tool]}`]))
    .join(' ');
}

function describe(asked: Wish): string {
  return (['tensorflow', 'python'] as const)
    .flatMap((tool) => (asked[tool] === undefined ? [] : [`${TITLE[tool]} ${asked[tool]}`]))
    .join(' with ');
}
