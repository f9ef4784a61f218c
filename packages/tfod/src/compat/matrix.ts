import { TfodError } from '../values/tfod-error';

/** A release line such as `2.21` or `3.13`; patches of one line are alike to the matrix. */
export type Minor = `${number}.${number}`;

/** What one minor of TensorFlow was built for and tested with. */
export interface Release {
  readonly tensorflow: Minor;
  /** The Python minors that have wheels, oldest first. */
  readonly pythons: readonly Minor[];
  /** The oldest Linux driver of NVIDIA that can run the GPU wheel, such as `525.60.13`. */
  readonly linuxDriver: string;
  /** What the GPU wheel was built for. */
  readonly cuda: Minor;
  readonly cudnn: Minor;
  /** Minors of cuDNN that load and fail. */
  readonly badCudnn: readonly { readonly minor: string; readonly why: string }[];
}

/** Reads the text of `data/compat.json`; its further facts are for people and other tools. */
export function parseMatrix(text: string): readonly Release[] {
  const releases = (JSON.parse(text) as { releases?: unknown }).releases;
  if (!Array.isArray(releases)) throw malformed('releases', releases);
  return releases.map((row, index) => parseRelease(row, `releases[${index}]`));
}

/** The `major.minor` at the start of a version, or nothing when it does not begin so. */
export function minorOf(version: string): Minor | undefined {
  return /^(\d+\.\d+)(\.(\d+|\*)([a-z]+\d*)?)?$/.exec(version)?.[1] as Minor | undefined;
}

/**
 * A version as it was meant: Nx makes a number of `--python=3.10` before anyone can look at it, and that number is
 * 3.1. A number that is no known minor, and is one with a zero behind it, is taken for that one.
 */
export function versionText(written: string | number, known: readonly Minor[]): string {
  const text = String(written);
  const longer = `${text}0` as Minor;
  const isKnown = known.includes(text as Minor);
  return typeof written === 'number' && !isKnown && known.includes(longer) ? longer : text;
}

/** Orders minors by number: 2.9 comes before 2.10. */
export function compareMinors(a: Minor, b: Minor): number {
  const [majorA, minorA] = numbersOf(a);
  const [majorB, minorB] = numbersOf(b);
  return majorA - majorB || minorA - minorB;
}

/** How far apart two minors are, a major counting as more than any minor. */
export function distance(a: Minor, b: Minor): number {
  const [majorA, minorA] = numbersOf(a);
  const [majorB, minorB] = numbersOf(b);
  return Math.abs((majorA - majorB) * 1000 + minorA - minorB);
}

function numbersOf(minor: Minor): [number, number] {
  const [major = NaN, rest = NaN] = minor.split('.').map(Number);
  return [major, rest];
}

interface Row {
  readonly tf_minor?: unknown;
  readonly python?: { readonly list?: unknown };
  readonly driver?: { readonly linux_min?: unknown };
  readonly cuda_tested?: unknown;
  readonly cudnn_tested?: unknown;
  readonly known_bad_cudnn?: unknown;
}

function parseRelease(row: Row, where: string): Release {
  const pythons = row.python?.list;
  const linuxDriver = row.driver?.linux_min;
  if (!Array.isArray(pythons)) throw malformed(`${where}.python.list`, pythons);
  if (typeof linuxDriver !== 'string') throw malformed(`${where}.driver.linux_min`, linuxDriver);
  return {
    tensorflow: parseMinor(row.tf_minor, `${where}.tf_minor`),
    pythons: pythons.map((python, index) => parseMinor(python, `${where}.python.list[${index}]`)),
    linuxDriver,
    cuda: parseMinor(row.cuda_tested, `${where}.cuda_tested`),
    cudnn: parseMinor(row.cudnn_tested, `${where}.cudnn_tested`),
    badCudnn: parseBadCudnn(row.known_bad_cudnn, `${where}.known_bad_cudnn`),
  };
}

/** `==9.5.*` and the like. */
function parseBadCudnn(rows: unknown, where: string): Release['badCudnn'] {
  if (!Array.isArray(rows)) throw malformed(where, rows);
  return rows.map(({ versions, why }: { versions?: unknown; why?: unknown }, index) => {
    const minor = typeof versions === 'string' ? /^==(\d+\.\d+)\.\*$/.exec(versions)?.[1] : undefined;
    if (minor === undefined || typeof why !== 'string') throw malformed(`${where}[${index}]`, rows[index]);
    return { minor, why };
  });
}

function parseMinor(value: unknown, where: string): Minor {
  if (typeof value !== 'string' || !/^\d+\.\d+$/.test(value)) throw malformed(where, value);
  return value as Minor;
}

function malformed(where: string, found: unknown): TfodError {
  return new TfodError({
    code: 'COMPAT_MALFORMED',
    what: 'The compat matrix of the plugin cannot be read',
    where,
    found: JSON.stringify(found) ?? 'nothing',
    remedy: 'install the tfod package anew',
  });
}
