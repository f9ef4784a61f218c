import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Claims, type Claim, type Holder } from '../files/claims';
import type { Turn } from '../files/turn';
import { KeyTurns } from './key-turns';
import type { Image } from './image';
import type { Key } from './key';
import type { Machine } from './request';

/** What claims at an image are for; many may use it at once, and whoever removes it must be alone. */
const USE = 'use';
const REMOVAL = 'removal';
const LOOK_MS = 50;

/**
 * Keeps images from being removed until it ends. Whoever removes one right now is waited for; so the engine must be
 * looked at after this, and not before.
 */
export async function holdImages(
  place: string,
  keys: readonly Key[],
  { signal }: Pick<Machine, 'signal'>,
): Promise<Turn> {
  const held: Claim[] = [];
  const end = async (): Promise<void> => {
    for (const claim of held) await claim.withdraw();
  };
  try {
    for (const key of keys) {
      const claims = new Claims(folderOf(place, key));
      const claim = await claims.make(USE);
      held.push(claim);
      while (await claims.before(claim, isRemoval))
        await sleep(LOOK_MS, undefined, { ...(signal && { signal }) });
    }
    return { end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Does the work if nobody uses or builds the image, and gives what keeps it from being done otherwise. */
export async function whileUnused<T>(
  place: string,
  image: Pick<Image, 'key' | 'name'>,
  work: () => Promise<T>,
): Promise<T | { readonly busy: string }> {
  const turns = await KeyTurns.take(place, [{ image: image as Image, purpose: REMOVAL }]);
  if (!(turns instanceof KeyTurns))
    return { busy: `pid ${turns.holder.pid} builds it for ${turns.holder.purpose}` };
  const claims = new Claims(folderOf(place, image.key));
  const claim = await claims.make(REMOVAL);
  try {
    const rival = await claims.before(claim);
    return rival === undefined ? await work() : { busy: `pid ${rival.holder.pid} builds on it` };
  } finally {
    await claim.withdraw();
    await turns.end();
  }
}

function isRemoval({ purpose }: Holder): boolean {
  return purpose === REMOVAL;
}

function folderOf(place: string, key: Key): string {
  return join(place, 'used', key);
}
