import { runCommand, type RunCommand } from '../engine/run-command';
import { trustOf } from '../network/certificates';
import type { Digest } from '../values/digest';
import type { Repository, Tag } from '../values/image-ref';
import { Authorization, type Access } from './authorization';
import { Exchange, PATIENCE, type Patience } from './exchange';
import type { Descriptor, ImageContent, Manifest } from './manifest';
import { RegistryRepository } from './registry-repository';

/**
 * The registries of this machine's user, by the OCI distribution API. Every method rejects with a TfodError for which
 * `isRegistryProblem` holds when a registry cannot be reached or does not do what it was asked.
 */
export interface Registries {
  /** Asks nothing yet. */
  open(repository: Repository, access: Access): RepositoryInRegistry;
}

export interface RepositoryInRegistry {
  readonly name: Repository;
  /** What a tag names now, by one HEAD; undefined when there is no such tag, or no such manifest. */
  head(reference: Tag | Digest): Promise<Descriptor | undefined>;
  /** Checked against its digest; undefined when there is none. */
  manifest(reference: Tag | Digest): Promise<Manifest | undefined>;
  /** Checked against its digest; undefined when the registry lost it. */
  config(content: ImageContent): Promise<ImageConfig | undefined>;
  /** Puts the bytes under a tag, or under their digest alone; all that they name must be there. */
  put(reference: Tag | Digest, manifest: Manifest): Promise<void>;
  /**
   * Makes a blob of another repository one of this as well, which moves no byte; whether it is there then. A registry
   * may refuse that, and there is no way from one registry to another.
   */
  mount(digest: Digest, from: Repository): Promise<boolean>;
  /** Begins to send something and gives it up: rejects when this user may not push. */
  checkPush(): Promise<void>;
}

/** What an image says about itself. */
export interface ImageConfig {
  readonly labels: Readonly<Record<string, string>>;
  /** `linux/amd64`, as it is written there. */
  readonly platform: string;
}

export interface RegistriesOptions {
  readonly env: NodeJS.ProcessEnv;
  /** For the credential helpers of Docker. */
  readonly run?: RunCommand;
  readonly patience?: Patience;
  readonly signal?: AbortSignal;
}

/** Reads and asks nothing before it must; one for a run, for what it learns is kept as long as it lives. */
export function registriesOf({
  env,
  run = runCommand,
  patience = PATIENCE,
  signal,
}: RegistriesOptions): Registries {
  let parts: { readonly exchange: Exchange; readonly authorization: Authorization } | undefined;
  const start = () => {
    const exchange = new Exchange({ env, trust: trustOf(env), patience, ...(signal && { signal }) });
    return { exchange, authorization: new Authorization(exchange, env, run) };
  };
  return {
    open: (repository, access) => {
      parts ??= start();
      return new RegistryRepository(repository, access, parts.exchange, parts.authorization);
    },
  };
}
