import { fullName, namesRegistry, parseRepository, parseTag, type Repository } from '../values/image-ref';
import type { Variant } from '../service/variant';
import { TfodError } from '../values/tfod-error';
import type { Role } from './role';

/** Where the images of a chain live: those below the service beside it, under names that services share. */
export function repositoryOf(role: Role, service: Repository): Repository {
  if (role === 'service') return service;
  const slash = service.lastIndexOf('/');
  return parseRepository(`${service.slice(0, slash + 1)}tfod-${role}`);
}

/**
 * The repository of a project's image: as its tfod.json names it, below the registry of the request where it names
 * none of its own.
 */
export function imageRepository(image: string, registry?: Repository): Repository {
  const written = parseRepository(image);
  return registry === undefined || namesRegistry(written)
    ? written
    : parseRepository(`${registry}/${written}`);
}

/**
 * Reads the registry for all images whose names have none. `registry.example:5000` alone is no repository, but all
 * that stands below it is one. Throws REGISTRY_MALFORMED; `where` says who wrote it.
 */
export function parseRegistry(written: string, where: string): Repository {
  const below = String(written).replace(/\/$/, '');
  try {
    if (namesRegistry(parseRepository(`${below}/x`))) return below as Repository;
  } catch (error) {
    if (!(error instanceof TfodError)) throw error;
  }
  throw new TfodError({
    code: 'REGISTRY_MALFORMED',
    what: 'This is not the address of a registry',
    where,
    expected: 'a host, and a path below it if there is one: registry.example:5000/vision',
    found: JSON.stringify(written),
    remedy: 'correct it; an account of Docker Hub is docker.io/account',
  });
}

/**
 * The names for people of a service image: `parking:cpu` always, `parking:1.2-cpu` for each `--tags`; the
 * architecture is added when several platforms are built at once, for one name can only mean one of them.
 */
export function friendlyRefs(
  service: Repository,
  variant: Variant,
  tags: readonly string[],
  architecture?: string,
): string[] {
  const end = architecture === undefined ? variant : `${variant}-${architecture}`;
  return [end, ...tags.map((tag) => `${tag}-${end}`)].map((tag) => `${service}:${parseTag(tag)}`);
}

/** Whether anybody can push there: `parking` alone would be an official image of Docker Hub. */
export function canBePushed(service: Repository): boolean {
  return !fullName(service).startsWith('docker.io/library/');
}
