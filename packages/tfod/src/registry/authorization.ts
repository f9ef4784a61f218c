import type { RunCommand } from '../engine/run-command';
import type { RepositoryAddress } from './address';
import { parseChallenge, type Challenge } from './challenge';
import { credentialsOf, type Credentials } from './credentials';
import { readDockerConfig, type DockerConfig } from './docker-config';
import type { Answer, Exchange } from './exchange';
import { denied, wrongAnswer } from './registry-problems';

/** What is to be done with a repository: `push` takes the right to pull as well. */
export type Access = 'pull' | 'push';

/** What somebody asks to be allowed. */
export interface Right {
  readonly address: RepositoryAddress;
  readonly access: Access;
  /** Another repository of the same registry, to be read as well. */
  readonly source?: RepositoryAddress;
}

type Bearer = Extract<Challenge, { scheme: 'bearer' }>;

interface Token {
  readonly header: string;
  readonly until: number;
}

/** How long a token is good when its server does not say (the distribution project's token specification). */
const DEFAULT_SECONDS = 60;
/** A token is not used when it may end on the way. */
const MARGIN_MS = 5000;

/**
 * Shows registries who asks. Their first answer tells how they want it; what was learned, credentials and tokens are
 * kept for as long as this object lives.
 */
export class Authorization {
  readonly #challenges = new Map<string, Challenge>();
  readonly #credentials = new Map<string, Promise<Credentials | undefined>>();
  readonly #tokens = new Map<string, Promise<Token>>();
  #config: Promise<DockerConfig> | undefined;

  constructor(
    private readonly exchange: Exchange,
    private readonly env: NodeJS.ProcessEnv,
    private readonly run: RunCommand,
  ) {}

  /** The header that a request needs, as far as is known yet. */
  async header(right: Right): Promise<string | undefined> {
    const { registry } = right.address;
    const challenge = this.#challenges.get(registry);
    if (challenge === undefined) return undefined;
    const credentials = await this.#credentialsFor(registry);
    if (challenge.scheme === 'basic') {
      return credentials && 'basic' in credentials ? `Basic ${credentials.basic}` : undefined;
    }
    if (credentials && 'token' in credentials) return `Bearer ${credentials.token}`;
    return (await this.#token(right, challenge, credentials)).header;
  }

  /** Learns from an answer of 401; whether asking again may do better. What was used is not used again. */
  learn(right: Right, answer: Answer): boolean {
    const challenge = parseChallenge(answer.headers['www-authenticate']);
    if (challenge === undefined) return false;
    this.#challenges.set(right.address.registry, challenge);
    this.#tokens.delete(tokenName(right));
    return true;
  }

  async isKnown({ registry }: RepositoryAddress): Promise<boolean> {
    return (await this.#credentialsFor(registry)) !== undefined;
  }

  #credentialsFor(registry: string): Promise<Credentials | undefined> {
    this.#config ??= readDockerConfig(this.env);
    const found =
      this.#credentials.get(registry) ??
      this.#config.then((config) => credentialsOf(registry, config, this.run));
    this.#credentials.set(registry, found);
    return found;
  }

  async #token(right: Right, challenge: Bearer, credentials: Credentials | undefined): Promise<Token> {
    const name = tokenName(right);
    const kept = this.#tokens.get(name);
    if (kept && (await kept).until > Date.now()) return kept;
    const fresh = this.#fetchToken(right, challenge, credentials);
    this.#tokens.set(name, fresh);
    return fresh;
  }

  async #fetchToken(right: Right, challenge: Bearer, credentials: Credentials | undefined): Promise<Token> {
    const scopes = scopesOf(right);
    const answer = await this.exchange.ask(tokenQuestion(challenge, scopes, credentials));
    if (answer.status === 401 || answer.status === 403) {
      const found = `status ${answer.status} for ${scopes.join(' ')}`;
      throw denied(right.address.registry, challenge.realm, found, credentials !== undefined);
    }
    return readToken(challenge, answer);
  }
}

function tokenName(right: Right): string {
  return [right.address.registry, ...scopesOf(right)].join(' ');
}

function scopesOf({ address, access, source }: Right): readonly string[] {
  const own = `repository:${address.path}:${access === 'push' ? 'pull,push' : 'pull'}`;
  return source === undefined ? [own] : [own, `repository:${source.path}:pull`];
}

/** A GET with the password, or an exchange of the token that a login gave (OAuth 2, RFC 6749, 6). */
function tokenQuestion(
  { realm, service }: Bearer,
  scopes: readonly string[],
  credentials: Credentials | undefined,
) {
  const named = service === undefined ? {} : { service };
  if (credentials && 'refreshToken' in credentials) {
    const grant = { grant_type: 'refresh_token', client_id: 'tfod', refresh_token: credentials.refreshToken };
    const wanted = { scope: scopes.join(' '), ...named };
    return {
      method: 'POST' as const,
      url: realm,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(new URLSearchParams({ ...grant, ...wanted }).toString()),
    };
  }
  const url = new URL(realm);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  for (const [name, value] of Object.entries(named)) url.searchParams.set(name, value);
  const headers: Record<string, string> =
    credentials && 'basic' in credentials ? { authorization: `Basic ${credentials.basic}` } : {};
  return { method: 'GET' as const, url, headers };
}

function readToken({ realm }: Bearer, { status, body }: Answer): Token {
  const given = status === 200 ? parse(body) : undefined;
  const token = given?.token ?? given?.access_token;
  if (typeof token !== 'string') {
    throw wrongAnswer(realm, { expected: 'a token', found: `status ${status} without one` });
  }
  const seconds = Number(given?.expires_in) || DEFAULT_SECONDS;
  return { header: `Bearer ${token}`, until: Date.now() + seconds * 1000 - MARGIN_MS };
}

function parse(body: Buffer): { token?: unknown; access_token?: unknown; expires_in?: unknown } | undefined {
  try {
    return (JSON.parse(body.toString('utf8')) as object | null) ?? undefined;
  } catch {
    return undefined;
  }
}
