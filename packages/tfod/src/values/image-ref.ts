import { parseDigest, type Digest } from './digest';
import { TfodError } from './tfod-error';

/** `[registry/]path`, without tag and digest, as it was written: `registry.example:5000/vision/parking`. */
export type Repository = string & { readonly __brand: 'Repository' };

/** A tag of at most 128 characters. */
export type Tag = string & { readonly __brand: 'Tag' };

/** A parsed `repository[:tag][@digest]`. */
export interface ImageRef {
  readonly repository: Repository;
  readonly tag?: Tag;
  readonly digest?: Digest;
}

// The grammar of the distribution project's package `reference`.
const PATH_PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = `${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\]`;
const REPOSITORY = new RegExp(`^(?:(?:${DOMAIN})(?::[0-9]+)?/)?${PATH_PART}(?:/${PATH_PART})*$`);
const TAG = /^\w[\w.-]{0,127}$/;
const LONGEST_REPOSITORY = 255;

const DEFAULT_REGISTRY = 'docker.io';
const DEFAULT_NAMESPACE = 'library';
const DEFAULT_TAG = 'latest';

/** Reads `repository[:tag][@sha256:…]`; throws IMAGE_REF_MALFORMED. */
export function parseImageRef(text: string): ImageRef {
  const at = text.indexOf('@');
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  return {
    repository: parseRepository(tagged ? named.slice(0, colon) : named),
    ...(tagged && { tag: parseTag(named.slice(colon + 1)) }),
    ...(at >= 0 && { digest: parseDigest(text.slice(at + 1)) }),
  };
}

/** Reads a name without tag and digest, such as the `image` of a tfod.json; throws IMAGE_REF_MALFORMED. */
export function parseRepository(text: string): Repository {
  if (!REPOSITORY.test(text) || text.length > LONGEST_REPOSITORY) {
    throw malformed(text, 'a lower-case name such as registry.example:5000/team/parking');
  }
  return text as Repository;
}

/** Throws IMAGE_REF_MALFORMED. */
export function parseTag(text: string): Tag {
  if (!TAG.test(text)) {
    throw malformed(
      text,
      'a tag of letters, digits, _, . and -, at most 128 long, that starts with no . or -',
    );
  }
  return text as Tag;
}

/** The text that `parseImageRef` reads. */
export function formatImageRef({ repository, tag, digest }: ImageRef): string {
  return repository + (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

/** The same repository whoever wrote it: `python` and `docker.io/library/python` are one. */
export function fullName(repository: Repository): string {
  const { registry, path } = splitRepository(repository);
  return `${registry}/${path}`;
}

/** The registry, Docker Hub when none is written, and the path in it. */
export function splitRepository(repository: Repository): { registry: string; path: string } {
  const slash = repository.indexOf('/');
  if (namesRegistry(repository)) {
    return { registry: repository.slice(0, slash), path: repository.slice(slash + 1) };
  }
  const path = slash < 0 ? `${DEFAULT_NAMESPACE}/${repository}` : repository;
  return { registry: DEFAULT_REGISTRY, path };
}

/** Whether the registry is written, so that the name means the same wherever it is used. */
export function namesRegistry(repository: Repository): boolean {
  const slash = repository.indexOf('/');
  return slash >= 0 && isRegistry(repository.slice(0, slash));
}

/**
 * The shortest spelling, as Docker shows it: no `docker.io/library/`, no `:latest`. BuildKit looks up a named
 * context that is to stand for an image by this spelling.
 */
export function familiarRef(ref: ImageRef): string {
  const { registry, path } = splitRepository(ref.repository);
  const hub = registry === DEFAULT_REGISTRY;
  const official = hub && path.startsWith(`${DEFAULT_NAMESPACE}/`) && path.split('/').length === 2;
  const name = official ? path.slice(DEFAULT_NAMESPACE.length + 1) : hub ? path : `${registry}/${path}`;
  const { tag, ...rest } = ref;
  return formatImageRef({
    ...rest,
    repository: name as Repository,
    ...(tag !== undefined && tag !== DEFAULT_TAG && { tag }),
  });
}

/** Docker takes the first part of a name for a registry when it has a dot, a port or a capital letter. */
function isRegistry(part: string): boolean {
  return part === 'localhost' || /[.:[]/.test(part) || part !== part.toLowerCase();
}

function malformed(text: string, expected: string): TfodError {
  return new TfodError({
    code: 'IMAGE_REF_MALFORMED',
    what: 'This is not the name of an image',
    expected,
    found: JSON.stringify(text),
    remedy: 'correct the name',
  });
}
