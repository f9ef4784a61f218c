import { setTimeout as sleep } from 'node:timers/promises';
import { Claims, type Holder } from './claims';

export type { Holder } from './claims';

const LOOK_MS = 200;

/** The right to do something that no other process does meanwhile. */
export interface Turn {
  end(): Promise<void>;
}

/** Another process has the turn. */
export interface Taken {
  readonly holder: Holder;
  /** Resolves when it has ended, by its own will or not. */
  ended(signal?: AbortSignal): Promise<void>;
}

export interface TurnOptions {
  /** What the work is, for those who wait. */
  readonly purpose: string;
  /** Heard once when another process has the turn. */
  readonly onWait?: (holder: Holder) => void;
  readonly signal?: AbortSignal;
}

/**
 * Does the work when no other process is at work under the same folder: one after the other, in the order in which
 * they came. The turn of a process that was killed is over at once.
 */
export async function takeTurn<T>(
  folder: string,
  work: () => Promise<T>,
  { purpose, onWait, signal }: TurnOptions,
): Promise<T> {
  const claims = new Claims(folder);
  const claim = await claims.make(purpose);
  try {
    let waited = false;
    for (let rival = await claims.before(claim); rival; rival = await claims.before(claim)) {
      if (!waited) onWait?.(rival.holder);
      waited = true;
      await sleep(LOOK_MS, undefined, { ...(signal && { signal }) });
    }
    return await work();
  } finally {
    await claim.withdraw();
  }
}

/** Takes the turn if nobody has it, and does not queue for it otherwise. */
export async function tryTurn(folder: string, purpose: string): Promise<Turn | Taken> {
  const claims = new Claims(folder);
  const claim = await claims.make(purpose);
  const rival = await claims.before(claim);
  if (rival === undefined) return { end: () => claim.withdraw() };
  await claim.withdraw();
  return {
    holder: rival.holder,
    ended: async (signal) => {
      while (await claims.stands(rival)) await sleep(LOOK_MS, undefined, { ...(signal && { signal }) });
    },
  };
}

export function isTaken(turn: Turn | Taken): turn is Taken {
  return 'holder' in turn;
}
