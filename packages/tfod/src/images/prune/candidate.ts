import type { StoredImage } from '../../engine/image-store';
import { carriesKey, ownerOfRef, type Key } from '../key';
import { KEY_LABEL } from '../labels';
import { isGone, isLongAgo, thisProcess } from '../owner';
import { VARIANTS } from '../../service/variant';

/** An image that tfod built, with its names told apart. */
export interface Candidate {
  readonly image: StoredImage;
  readonly key: Key;
  readonly role: string;
  /** Names that tfod gives and moves by itself. */
  readonly own: readonly string[];
  /** Names that a person gave, by `--tags` or by hand. */
  readonly given: readonly string[];
}

/** `cpu`, `gpu-arm64`: where these point changes with every build. */
const MOVING_TAG = new RegExp(
  `^(${VARIANTS.join('|')})(-(amd64|arm64|386|arm(v\\d)?|ppc64le|riscv64|s390x))?$`,
);

/**
 * The images that are tfod's to remove: they bear a key, and a name of tfod's that carries it. An image that
 * somebody built on ours inherits the label and has no such name.
 */
export function candidatesOf(
  images: readonly StoredImage[],
  repositories: ReadonlySet<string>,
): readonly Candidate[] {
  return images.flatMap((image) => {
    const key = image.labels[KEY_LABEL] as Key;
    const keyed = image.refs.filter((ref) => carriesKey(ref, key));
    if (keyed.length === 0) return [];
    const known = new Set([...repositories, ...keyed.map(repositoryOf)]);
    const isMoving = (ref: string): boolean => known.has(repositoryOf(ref)) && MOVING_TAG.test(tagOf(ref));
    const own = image.refs.filter((ref) => keyed.includes(ref) || isMoving(ref));
    const given = image.refs.filter((ref) => !own.includes(ref));
    return [{ image, key, role: image.labels['dev.tfod.role'] ?? 'image', own, given }];
  });
}

/** Whether a process that lives, as far as is known, is about to give it its name. */
export function isBeingBuilt({ own, image }: Candidate, nowMs: number): boolean {
  const self = thisProcess();
  return own.some((ref) => {
    const owner = ownerOfRef(ref);
    if (owner === undefined || isGone(owner, self)) return false;
    return owner.host === self.host || !isLongAgo(image.touchedMs, nowMs);
  });
}

export function repositoryOf(ref: string): string {
  return ref.slice(0, ref.lastIndexOf(':'));
}

function tagOf(ref: string): string {
  return ref.slice(ref.lastIndexOf(':') + 1);
}
