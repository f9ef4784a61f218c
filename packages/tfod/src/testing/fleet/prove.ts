import { fakePlace, ProvingGround, type Tally } from './proving-ground';

/** A run of edits after which the product did what the oracle says it must not. */
export interface Refutation {
  readonly message: string;
  /** The fewest steps that were found to show it. */
  readonly seeds: readonly number[];
}

export interface ProveOptions {
  /** How often a failure is tried with fewer edits. */
  readonly tries?: number;
  /** The names of the edits to make; default: all. */
  readonly only?: readonly string[];
}

const TRIES = 60;

/** Makes the edits of these seeds one after the other; a failure is brought down to the few that it takes. */
export async function prove(
  seeds: readonly number[],
  { tries = TRIES, only }: ProveOptions = {},
): Promise<{ readonly tally: Tally; readonly refutation?: Refutation }> {
  const { tally, failure } = await walk(seeds, only);
  if (failure === undefined) return { tally };
  const shortest = await shortened(seeds.slice(0, failure.step + 1), tries, only);
  const shown = (await walk(shortest, only)).failure ?? failure;
  return { tally, refutation: { message: shown.message, seeds: shortest } };
}

/** The seeds of one run of steps; two runs share none. */
export function seedsOf(run: number, steps: number): number[] {
  return Array.from({ length: steps }, (_, step) => run * 1_000_000 + step);
}

async function walk(
  seeds: readonly number[],
  only: readonly string[] | undefined,
): Promise<{ tally: Tally; failure?: { step: number; message: string } }> {
  const ground = new ProvingGround({ ...fakePlace(), ...(only && { only }) });
  try {
    for (const [step, seed] of seeds.entries()) {
      try {
        await ground.step(seed);
      } catch (error) {
        return { tally: ground.tally, failure: { step, message: (error as Error).message } };
      }
    }
    return { tally: ground.tally };
  } finally {
    ground.dispose();
  }
}

/** Leaves out ever smaller parts, as long as it still fails (Zeller's delta debugging). */
async function shortened(
  seeds: readonly number[],
  tries: number,
  only: readonly string[] | undefined,
): Promise<readonly number[]> {
  let left = seeds;
  let triesLeft = tries;
  for (let part = Math.ceil(left.length / 2); part >= 1 && triesLeft > 0; part = Math.floor(part / 2)) {
    for (let from = 0; from < left.length && triesLeft > 0; triesLeft -= 1) {
      const without = [...left.slice(0, from), ...left.slice(from + part)];
      const { failure } = await walk(without, only);
      if (failure === undefined) from += part;
      else left = without.slice(0, failure.step + 1);
    }
  }
  return left;
}
