import { isConnectionLost } from '../engine/connection-lost';
import type { BuildOutcome, StepFailure } from '../engine/engine';
import type { Problem } from '../values/tfod-error';
import type { Image } from './image';

/** Why there is no image: a step failed, its parent of that name failed, or something else was wrong. */
export type NotBuilt =
  | { readonly failure: StepFailure }
  | { readonly parent: string }
  | { readonly problems: readonly Problem[] };

type Build = (names: readonly string[]) => Promise<BuildOutcome>;

const MOST_TRIES = 3;

/** The same build, tried again when the builder lost its connection, which says nothing about an image. */
export function patient(build: Build, onLost: () => void): Build {
  return async (names) => {
    for (let tries = 1; ; tries++) {
      const outcome = await build(names);
      if (tries === MOST_TRIES || !isConnectionLost(outcome)) return outcome;
      onLost();
    }
  };
}

/**
 * Builds all that can be built: an image that fails is left out with everything that stands on it, and the rest
 * is tried again. The engine's cache keeps what was done. What is known from the start that it cannot be built is not
 * tried at all.
 */
export async function buildInParts(
  images: readonly Image[],
  build: Build,
  cannotBeBuilt: ReadonlyMap<string, NotBuilt> = new Map(),
): Promise<ReadonlyMap<string, NotBuilt>> {
  const notBuilt = new Map(cannotBeBuilt);
  const wanted = (): string[] => images.map(({ name }) => name).filter((name) => !notBuilt.has(name));
  for (let names = wanted(); names.length > 0; names = wanted()) {
    const outcome = await build(names);
    if (outcome.ok) break;
    const failures = known(outcome, names);
    if (failures.size === 0) return await oneByOne(images, build, notBuilt);
    for (const [name, failure] of failures) notBuilt.set(name, { failure });
    skipDependants(images, notBuilt);
  }
  return notBuilt;
}

/** For a failure that the builder does not lay at the door of one image. */
async function oneByOne(
  images: readonly Image[],
  build: Build,
  notBuilt: Map<string, NotBuilt>,
): Promise<ReadonlyMap<string, NotBuilt>> {
  for (const { name } of images) {
    if (notBuilt.has(name)) continue;
    const outcome = await build([name]);
    if (outcome.ok) continue;
    notBuilt.set(name, { failure: [...outcome.failures.values()][0] ?? unexplained(outcome.message) });
    skipDependants(images, notBuilt);
  }
  return notBuilt;
}

function known(
  outcome: Extract<BuildOutcome, { ok: false }>,
  names: readonly string[],
): Map<string, StepFailure> {
  if (outcome.failures.size > 0)
    return new Map([...outcome.failures].filter(([name]) => names.includes(name)));
  const [only] = names;
  return names.length === 1 && only !== undefined
    ? new Map([[only, unexplained(outcome.message)]])
    : new Map();
}

/** Adds whatever stands on what is not built; `images` must have parents before children. */
export function skipDependants(images: readonly Image[], notBuilt: Map<string, NotBuilt>): void {
  for (const { name, parents } of images) {
    const parent = Object.values(parents).find((each) => notBuilt.has(each));
    if (parent !== undefined && !notBuilt.has(name)) notBuilt.set(name, { parent });
  }
}

function unexplained(message: string): StepFailure {
  return { step: '', error: message, tail: [] };
}
