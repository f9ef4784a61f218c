import type { Digest } from '../../values/digest';

/** Files by path from the folder of a model. */
export type Digests = ReadonlyMap<string, Digest>;

/** What becomes of sample pictures and annotations, each by its path from the folder of the model. */
export interface BesidesPlan {
  /** Come with the model, and are not there yet or only as they came with the one before. */
  readonly writes: readonly string[];
  /** Came with the model before, and not with this one. */
  readonly removals: readonly string[];
  /** Are neither of this model nor as they came with the one before: somebody edited or added them. */
  readonly strangers: readonly string[];
}

/**
 * Decides what becomes of what is there. It stays as somebody made it, and only where a model takes the place of
 * another one, what came with that one goes. `cameBefore`: whether a file is as it came then; undefined where no
 * model is replaced.
 */
export function planBesides(
  present: Digests,
  given: Digests,
  cameBefore: ((path: string, digest: Digest) => boolean) | undefined,
): BesidesPlan {
  const others = cameBefore ? [...present].filter(([path, digest]) => given.get(path) !== digest) : [];
  const old = new Set(others.filter((file) => cameBefore?.(...file)).map(([path]) => path));
  return {
    writes: [...given.keys()].filter((path) => !present.has(path) || old.has(path)),
    removals: [...old].filter((path) => !given.has(path)),
    strangers: others.map(([path]) => path).filter((path) => !old.has(path)),
  };
}
