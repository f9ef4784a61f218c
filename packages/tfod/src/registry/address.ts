import { isLoopback } from '../network/loopback';
import { splitRepository, type Repository } from '../values/image-ref';

const HUB = 'docker.io';

/** Where a repository is reached. */
export interface RepositoryAddress {
  /** How people and Docker's configuration call the registry. */
  readonly registry: string;
  /** `https://registry.example:5000/`. */
  readonly origin: URL;
  /** The name in the registry, `vision/parking`. */
  readonly path: string;
}

/** Plain HTTP is for registries of this machine and no others, as Docker has it. */
export function addressOf(repository: Repository): RepositoryAddress {
  const { registry, path } = splitRepository(repository);
  const host = registry === HUB ? 'registry-1.docker.io' : registry;
  const secure = new URL(`https://${host}/`);
  const origin = isLoopback(secure.hostname) ? new URL(`http://${host}/`) : secure;
  return { registry, origin, path };
}

/** The name under which Docker keeps the credentials of a registry. */
export function credentialsName(registry: string): string {
  return registry === HUB ? 'https://index.docker.io/v1/' : registry;
}
