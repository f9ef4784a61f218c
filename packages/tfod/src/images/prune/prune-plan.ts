import type { Key } from '../key';
import type { Candidate } from './candidate';
import { freedBytes } from './freed-bytes';

/** What is to become of one image, and every reason to keep it that is known; none: it goes. */
export interface PruneItem {
  readonly candidate: Candidate;
  readonly reasons: readonly string[];
}

export interface PrunePlan {
  readonly items: readonly PruneItem[];
  /** About how much room would be made. */
  readonly bytes: number;
  /** What was not looked at, and what was not found out. */
  readonly notes: readonly string[];
}

/** The keys that a tree of files wants, and what could not be found out. */
export interface Wanted {
  /** `the branch main`, `the checkout ../other`. */
  readonly by: string;
  /** The project whose image it is, by key. */
  readonly keys: ReadonlyMap<Key, string>;
  readonly unplanned: readonly Unplanned[];
}

/** A project that cannot be planned, or a whole tree: what it wants is not known. */
export interface Unplanned {
  readonly project: string;
  /** Of its own images; undefined: any may be its. */
  readonly repository?: string;
  readonly why: string;
}

/** Why a tree of files needs an image. */
export function needsOf({ key, role, own }: Candidate, { by, keys, unplanned }: Wanted): readonly string[] {
  const project = keys.get(key);
  if (project !== undefined) return [`${by} needs it for ${project}`];
  const mayNeed = unplanned.filter(
    ({ repository }) =>
      role !== 'service' || repository === undefined || own.some((ref) => ref.startsWith(`${repository}:`)),
  );
  return mayNeed
    .slice(0, 1)
    .map(({ project: name, why }) => `${by} may need it for ${name}, which cannot be planned: ${why}`);
}

export function prunePlan(items: readonly PruneItem[], notes: readonly string[]): PrunePlan {
  const [kept, removed] = [true, false].map((isKept) =>
    items.filter(({ reasons }) => reasons.length > 0 === isKept).map(({ candidate }) => candidate.image),
  );
  return { items, notes, bytes: freedBytes(removed ?? [], kept ?? []) };
}
