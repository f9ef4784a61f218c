import { digestOf, hexOf } from '../values/digest';

/** The sha256 of an image's record, 64 lower-case hexadecimal digits. */
export type Key = string & { readonly __brand: 'Key' };

/** How much of a key the tag carries: 128 bits, which no two images will ever share by chance. */
const TAG_DIGITS = 32;

export function keyOfText(canonical: string): Key {
  return hexOf(digestOf(canonical)) as Key;
}

/** The tag of an image that is built: `k-` and the first 32 digits. */
export function keyTag(key: Key): string {
  return `k-${key.slice(0, TAG_DIGITS)}`;
}

/**
 * The name of an image that is being built, made from the one it will have: nothing finds it by accident, and it
 * tells which process made it.
 */
export function temporaryRef(ref: string, owner: Owner): string {
  return `${ref}-tmp-${owner.host}-${owner.pid}`;
}

/** The process that a temporary tag or folder belongs to. */
export interface Owner {
  /** Hexadecimal digits that stand for the machine and, among its processes, for those that see each other. */
  readonly host: string;
  readonly pid: number;
}

/** Whose temporary tag a ref has, or undefined for any other ref. */
export function ownerOfRef(ref: string): Owner | undefined {
  const [, host, pid] = /:k-[0-9a-f]{32}-tmp-([0-9a-f]+)-(\d+)$/.exec(ref) ?? [];
  return host === undefined ? undefined : { host, pid: Number(pid) };
}

/** Whether a ref is the one that an image of this key has for good. */
export function isNamedByKey(ref: string, key: Key): boolean {
  return ref.endsWith(`:${keyTag(key)}`);
}

/** Whether a ref was given by tfod to an image of this key: by its own tag, or by a temporary one. */
export function carriesKey(ref: string, key: Key): boolean {
  const tag = ref.slice(ref.lastIndexOf(':') + 1);
  return isNamedByKey(ref, key) || (ownerOfRef(ref) !== undefined && tag.startsWith(keyTag(key)));
}
