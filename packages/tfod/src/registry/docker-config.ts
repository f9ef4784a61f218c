import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { TfodError } from '../values/tfod-error';

/** What `docker login` writes: credentials in the file itself, or the names of the programs that keep them. */
export interface DockerConfig {
  readonly auths: Readonly<Record<string, AuthEntry>>;
  /** A program for each registry. */
  readonly credHelpers: Readonly<Record<string, string>>;
  /** The program for all others. */
  readonly credsStore?: string;
}

export interface AuthEntry {
  /** Base64 of `user:password`. */
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

const NOTHING: DockerConfig = { auths: {}, credHelpers: {} };

/** The file that Docker reads: in DOCKER_CONFIG, or in `.docker` at home. */
export function dockerConfigFile(env: NodeJS.ProcessEnv): string {
  return join(env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker'), 'config.json');
}

/** Docker's own configuration; empty where there is none. Throws DOCKER_CONFIG_UNREADABLE. */
export async function readDockerConfig(env: NodeJS.ProcessEnv): Promise<DockerConfig> {
  const file = dockerConfigFile(env);
  try {
    return parseDockerConfig(await readFile(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return NOTHING;
    throw new TfodError(
      {
        code: 'DOCKER_CONFIG_UNREADABLE',
        what: 'The configuration of Docker, which knows the credentials of registries, cannot be read',
        where: file,
        expected: 'a JSON object, as `docker login` writes it',
        found: code ?? message,
        remedy: 'mend the file, or let DOCKER_CONFIG name another folder',
      },
      { cause: error },
    );
  }
}

/** Reads the text of a config.json; fields of other types than Docker writes count as absent. */
export function parseDockerConfig(text: string): DockerConfig {
  const written = objectOf(JSON.parse(text));
  if (written === undefined) throw new SyntaxError('it is no object');
  const store = stringOf(written['credsStore']);
  return {
    auths: mapObject(written['auths'], readAuth),
    credHelpers: mapObject(written['credHelpers'], stringOf),
    ...(store !== undefined && { credsStore: store }),
  };
}

function readAuth(written: unknown): AuthEntry | undefined {
  const entry = objectOf(written);
  if (entry === undefined) return undefined;
  const [user, password] = [stringOf(entry['username']), stringOf(entry['password'])];
  const both = user !== undefined && password !== undefined ? base64(`${user}:${password}`) : undefined;
  const fields = {
    auth: stringOf(entry['auth']) ?? both,
    identitytoken: stringOf(entry['identitytoken']),
    registrytoken: stringOf(entry['registrytoken']),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function mapObject<T>(value: unknown, read: (each: unknown) => T | undefined): Readonly<Record<string, T>> {
  const entries = Object.entries(objectOf(value) ?? {}).flatMap(([name, each]) => {
    const known = read(each);
    return known === undefined ? [] : [[name, known] as const];
  });
  return Object.fromEntries(entries);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
