import type { Variant } from '../service/variant';
import type { Digest } from '../values/digest';
import type { Platform } from '../values/platform';
import { canonicalJson } from './canonical-json';
import { keyOfText, type Key } from './key';
import type { Role } from './role';

/**
 * All that decides an image's content, and nothing else: no clock, commit, project name, registry, path of the
 * checkout or secret. To change what a field means is to change `schema`.
 */
export interface ImageRecord {
  readonly schema: typeof SCHEMA;
  /** Role and variant are labels of the image. */
  readonly role: Role;
  readonly variant: Variant | null;
  readonly platform: Platform;
  /** Of the reachable stages without comments and blank lines. */
  readonly dockerfile: Digest;
  /** Of the ARGs that are declared, those that have a value. */
  readonly args: Readonly<Record<string, string>>;
  /** The tree of exactly the files that the build context holds. */
  readonly context: Digest;
  /** The same for each named folder. */
  readonly named: Readonly<Record<string, Digest>>;
  /** The pinned digest of each image that comes from elsewhere. */
  readonly externals: Readonly<Record<string, Digest>>;
  /** The key of each image of ours that it stands on, by its name in the Dockerfile. */
  readonly parents: Readonly<Record<string, Key>>;
}

/** 2: the images bear their record. */
export const SCHEMA = 2;

export function keyOf(record: ImageRecord): Key {
  return keyOfText(canonicalJson(record));
}
