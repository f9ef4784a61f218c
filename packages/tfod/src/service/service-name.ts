import { TfodError, type Problem } from '../values/tfod-error';
import { INSTALLED_MODULES, PYTHON_KEYWORDS, STANDARD_MODULES } from './python-names';

/** A name that Nx, Python, OCI registries and DNS all accept, with its only derivation. */
export interface ServiceName {
  /** The Nx project and, unless another is chosen, the image's repository: `plate-reader`. */
  readonly project: string;
  /** The Python module: `plate_reader`. */
  readonly module: string;
}

/** DNS labels end at 63 (RFC 1035); the other grammars allow more. */
const LONGEST = 63;
const GRAMMAR = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Names that the Dockerfiles of every service use for the images of the chain. */
const CHAIN_NAMES = new Set([
  'base',
  'tf',
  'gpu',
  'lite',
  'runtime',
  'tensorflow',
  'tfod-runtime',
  'scratch',
]);
/** Repositories that the chain's images get beside the service's. */
const CHAIN_REPOSITORIES = new Set(['tfod-base', 'tfod-tf', 'tfod-gpu', 'tfod-lite']);

const EXPECTED = `lower-case letters, digits and single hyphens, a letter first, at most ${LONGEST} characters`;

/** Parses a name as a person wrote it; throws a `TfodError` that offers the nearest name that is fit. */
export function parseServiceName(written: string): ServiceName {
  const problem = serviceNameProblem(written);
  if (problem) throw new TfodError(problem);
  return { project: written, module: moduleOf(written) };
}

/** What is wrong with a name, if anything is. */
export function serviceNameProblem(written: string): Problem | undefined {
  const fault = faultOf(written);
  if (fault === undefined) return undefined;
  const nearest = nearestServiceName(written);
  return {
    code: 'SERVICE_NAME',
    what: `${JSON.stringify(written)} cannot be the name of a service`,
    expected: EXPECTED,
    found: fault,
    remedy: nearest === undefined ? 'choose a name such as "parking"' : remedyFor(written, nearest),
  };
}

/** The fit name that looks most like what was written; nothing when no letter of it can be kept. */
export function nearestServiceName(written: string): string | undefined {
  const words = lastSegment(written)
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (!/[a-z]/.test(words)) return undefined;
  const started = /^[a-z]/.test(words) ? words : `service-${words}`;
  const short = started.slice(0, LONGEST).replace(/-+$/, '');
  return faultOf(short) === undefined ? short : `${short.slice(0, LONGEST - '-service'.length)}-service`;
}

/** The first reason why a name is refused, in a few words. */
function faultOf(name: string): string | undefined {
  const module = moduleOf(name);
  const faults: readonly (readonly [boolean, string])[] = [
    [name === '', 'nothing'],
    [/[/\\]/.test(name), 'a slash, which belongs in --directory'],
    [/[A-Z]/.test(name), 'a capital letter, which image repositories refuse'],
    [/_/.test(name), 'an underscore, which DNS refuses'],
    [/[^a-z0-9-]/.test(name), 'a character that is neither a letter from a to z, a digit nor a hyphen'],
    [/^[0-9]/.test(name), 'a digit at the start, which Python refuses'],
    [!GRAMMAR.test(name), 'a hyphen at an end or beside another hyphen'],
    [name.length > LONGEST, `${name.length} characters`],
    [PYTHON_KEYWORDS.has(module), 'a keyword of Python'],
    [STANDARD_MODULES.has(module), `the name of Python's own module "${module}"`],
    [INSTALLED_MODULES.has(module), `the name of the module "${module}", which is there already`],
    [CHAIN_NAMES.has(name), "a name that the service's Dockerfiles use for an image of the chain"],
    [CHAIN_REPOSITORIES.has(name), "the repository of one of the chain's images"],
  ];
  return faults.find(([isFault]) => isFault)?.[1];
}

/** A path that was given for a name is a name with hyphens, or a name and a directory. */
function remedyFor(written: string, nearest: string): string {
  const path = written.replaceAll('\\', '/').replace(/^\/+|\/+$/g, '');
  if (!path.includes('/')) return `use "${nearest}"`;
  const joined = nearestServiceName(path.replaceAll('/', '-')) ?? nearest;
  if (path.startsWith('@')) return `use "${nearest}", or "${joined}"`;
  const folder = path.slice(0, path.lastIndexOf('/'));
  return `use "${joined}", or "${nearest}" with --directory=${folder}/${nearest}`;
}

function lastSegment(written: string): string {
  return (
    written
      .split(/[/\\]/)
      .filter((part) => part !== '')
      .at(-1) ?? ''
  );
}

function moduleOf(name: string): string {
  return name.replaceAll('-', '_');
}
