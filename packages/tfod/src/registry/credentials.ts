import { CommandNotFoundError, type Ran, type RunCommand } from '../engine/run-command';
import { TfodError } from '../values/tfod-error';
import { credentialsName } from './address';
import { base64, type AuthEntry, type DockerConfig } from './docker-config';

/** What a registry is shown. */
export type Credentials =
  /** Base64 of `user:password`. */
  | { readonly basic: string }
  /** Is exchanged for tokens. */
  | { readonly refreshToken: string }
  /** Is a token already. */
  | { readonly token: string };

/** What a helper gives as the name of the user when the secret is a token to be exchanged. */
const TOKEN_USER = '<token>';
/** What helpers print, with status 1, for a registry that they know nothing of. */
const NOT_FOUND = /credentials not found/i;

/**
 * The credentials that Docker itself would use: of the helper for the registry, of the store, or of the file.
 * Undefined where there are none. Throws CREDENTIALS_UNREADABLE when a helper fails.
 */
export async function credentialsOf(
  registry: string,
  config: DockerConfig,
  run: RunCommand,
): Promise<Credentials | undefined> {
  const name = credentialsName(registry);
  const helper =
    ownValue(config.credHelpers, name) ?? ownValue(config.credHelpers, registry) ?? config.credsStore;
  if (helper !== undefined) return askHelper(helper, name, run);
  const entry = Object.entries(config.auths).find(([name]) => isFor(name, registry))?.[1];
  return entry && fromEntry(entry);
}

/** A registry may have any name, that of a method of all objects too. */
function ownValue(of: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

/** Old versions of Docker wrote addresses where there are names now. */
function isFor(name: string, registry: string): boolean {
  if (name === credentialsName(registry)) return true;
  return name.replace(/^https?:\/\//, '').replace(/\/.*$/, '') === registry;
}

function fromEntry({ auth, identitytoken, registrytoken }: AuthEntry): Credentials | undefined {
  if (registrytoken !== undefined) return { token: registrytoken };
  if (identitytoken !== undefined) return { refreshToken: identitytoken };
  return auth === undefined ? undefined : { basic: auth };
}

/** The protocol of docker-credential-helpers: the name on the standard input, JSON on the standard output. */
async function askHelper(helper: string, name: string, run: RunCommand): Promise<Credentials | undefined> {
  const file = `docker-credential-${helper}`;
  const ran = await run({ file, args: ['get'], stdin: name }).catch((error: unknown) => {
    if (error instanceof CommandNotFoundError) throw helperFailed(file, name, 'there is no such program');
    throw error;
  });
  if (ran.code !== 0) {
    if (NOT_FOUND.test(ran.stdout + ran.stderr)) return undefined;
    throw helperFailed(file, name, firstLine(ran) ?? `exit code ${ran.code}`);
  }
  return fromHelper(ran.stdout) ?? Promise.reject(helperFailed(file, name, 'an answer without a secret'));
}

function fromHelper(stdout: string): Credentials | undefined {
  try {
    const { Username, Secret } = JSON.parse(stdout) as { Username?: unknown; Secret?: unknown };
    if (typeof Username !== 'string' || typeof Secret !== 'string') return undefined;
    return Username === TOKEN_USER ? { refreshToken: Secret } : { basic: base64(`${Username}:${Secret}`) };
  } catch {
    return undefined;
  }
}

function firstLine({ stdout, stderr }: Ran): string | undefined {
  return `${stderr}\n${stdout}`.split('\n').find((line) => line.trim() !== '');
}

function helperFailed(file: string, name: string, found: string): TfodError {
  return new TfodError({
    code: 'CREDENTIALS_UNREADABLE',
    what: `The program that keeps the credentials of ${name} did not give them`,
    where: `${file} get`,
    found,
    remedy:
      'install or mend the program, or take it out of the config.json of Docker and `docker login` again',
  });
}
