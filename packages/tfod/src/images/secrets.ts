import { isAbsolute, join, resolve } from 'node:path';
import type { SecretMount } from '../dockerfile/sources';
import type { Problem } from '../values/tfod-error';

/** What a RUN may mount and no layer keeps: a file, or the value of a variable. */
export interface Secret {
  readonly id: string;
  readonly source: { readonly file: string } | { readonly variable: string };
}

/** Each file that may hold the certificates of this machine, in the order in which tools look at them. */
const CA_VARIABLES = ['PIP_CERT', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'];

/**
 * The secrets that a build gets unless it is told otherwise: `ca`, the bundle of certificates that this machine
 * trusts, and `pip`, its pip.conf. A host behind a proxy that inspects TLS could not install a package without. A
 * relative path starts at the current folder, as for every tool; the build runs in another one.
 */
export function hostSecrets(env: NodeJS.ProcessEnv, isFile: (path: string) => boolean): Secret[] {
  const ca = CA_VARIABLES.map((name) => env[name]).find((path) => path !== undefined && isFile(path));
  const pip = env['PIP_CONFIG_FILE'];
  return [
    ...(ca === undefined ? [] : [{ id: 'ca', source: { file: resolve(ca) } }]),
    ...(pip !== undefined && isFile(pip) ? [{ id: 'pip', source: { file: resolve(pip) } }] : []),
  ];
}

/** Reads `id=…,src=…` or `id=…,env=…`; a relative path starts at the workspace root. */
export function parseSecret(text: string, workspaceRoot: string): Secret | Problem {
  const fields = new Map(text.split(',').map((field) => splitOnce(field, '=')));
  const { id, src, source = src, env, type, ...unknown } = Object.fromEntries(fields);
  const wrong = Object.keys(unknown).length > 0 || (type !== undefined && type !== 'file' && type !== 'env');
  if (id && !wrong && source && !env && type !== 'env') {
    return { id, source: { file: isAbsolute(source) ? source : join(workspaceRoot, source) } };
  }
  if (id && !wrong && env && !source && type !== 'file') return { id, source: { variable: env } };
  return {
    code: 'SECRET_MALFORMED',
    what: 'This is not a secret',
    where: '--secrets',
    expected: 'id=NAME,src=FILE or id=NAME,env=VARIABLE',
    found: JSON.stringify(text),
    remedy: 'correct the option',
  };
}

export function isProblem(value: Secret | string | Problem): value is Problem {
  return typeof value === 'object' && 'code' in value;
}

/** The secret as the engine's command line takes it: fields of a CSV line. */
export function secretOption({ id, source }: Secret): string {
  const field = 'file' in source ? `src=${source.file}` : `env=${source.variable}`;
  return [`id=${id}`, field].map(csvField).join(',');
}

function csvField(field: string): string {
  return /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Where secrets are looked for. */
export interface SecretSources {
  readonly env: NodeJS.ProcessEnv;
  readonly isFile: (path: string) => boolean;
  /** The Dockerfile, for messages. */
  readonly path: string;
}

/** The secrets that a Dockerfile mounts, out of those known; of two with one id the later counts. */
export function chooseSecrets(
  mounts: readonly SecretMount[],
  known: readonly Secret[],
  sources: SecretSources,
): { readonly options: readonly string[]; readonly problems: readonly Problem[] } {
  const options: string[] = [];
  const problems: Problem[] = [];
  for (const id of [...new Set(mounts.map((mount) => mount.id))].sort()) {
    const secret = known.filter((each) => each.id === id).at(-1);
    if (secret === undefined) {
      if (mounts.some((mount) => mount.id === id && mount.required)) problems.push(missing(id, sources.path));
    } else if (isReadable(secret, sources)) {
      options.push(secretOption(secret));
    } else {
      problems.push(unreadable(secret));
    }
  }
  return { options, problems };
}

/** The secrets that were given and that no Dockerfile mounts. */
export function unusedSecrets(given: readonly Secret[], mounts: readonly SecretMount[]): Problem[] {
  return given
    .filter(({ id }) => !mounts.some((mount) => mount.id === id))
    .map(({ id }) => ({
      code: 'SECRET_UNKNOWN',
      what: `No Dockerfile of the service mounts the secret ${id}`,
      where: '--secrets',
      expected: `RUN --mount=type=secret,id=${id} in one of the Dockerfiles`,
      found: 'none',
      remedy: 'mount it where it is needed, or leave it out',
    }));
}

function isReadable({ source }: Secret, { env, isFile }: SecretSources): boolean {
  return 'file' in source ? isFile(source.file) : env[source.variable] !== undefined;
}

function missing(id: string, where: string): Problem {
  return {
    code: 'SECRET_MISSING',
    what: `The secret ${id} is required and was not given`,
    where,
    remedy: `--secrets=id=${id},src=FILE or --secrets=id=${id},env=VARIABLE`,
  };
}

function unreadable({ id, source }: Secret): Problem {
  const file = 'file' in source;
  return {
    code: 'SECRET_UNREADABLE',
    what: `The secret ${id} cannot be read`,
    where: '--secrets',
    expected: file ? 'a file' : 'a variable that is set',
    found: file ? source.file : source.variable,
    remedy: file ? 'correct the path' : `set ${source.variable}`,
  };
}
