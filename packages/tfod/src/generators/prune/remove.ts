import { whileUnused } from '../../images/image-holds';
import { KEY_LABEL } from '../../images/labels';
import { candidatesOf, repositoryOf, type Candidate } from '../../images/prune/candidate';
import type { PruneItem } from '../../images/prune/prune-plan';
import { Uses } from '../../images/prune/uses';
import { turnsPlace } from '../../images/turns-place';
import type { Surroundings } from './gather';
import type { PruneRequest } from './request';

/** An item after the removal: an image that is still there has reasons again. */
export type PrunedItem = PruneItem & { readonly removed: boolean };

/**
 * Removes what nobody needs, one image after the other, each while no process builds it or builds on it, and only if
 * it is still what it was when the plan was made.
 */
export async function removeImages(
  items: readonly PruneItem[],
  request: PruneRequest,
  surroundings: Surroundings,
): Promise<readonly PrunedItem[]> {
  const place = await turnsPlace(surroundings);
  const pruned: PrunedItem[] = [];
  for (const item of items) {
    const { candidate, reasons } = item;
    if (reasons.length > 0) {
      pruned.push({ ...item, removed: false });
      continue;
    }
    const { key } = candidate;
    const done = await whileUnused(place, { key, name: candidate.role }, () =>
      removeOne(candidate, request, surroundings),
    );
    const why = typeof done === 'object' ? done.busy : done;
    pruned.push({ candidate, reasons: why === undefined ? [] : [why], removed: why === undefined });
  }
  return pruned;
}

/** Gives what kept it from being removed. */
async function removeOne(
  { image, key, own }: Candidate,
  { olderThanMs }: PruneRequest,
  { store, env, nowMs }: Surroundings,
): Promise<string | undefined> {
  const there = (await store.images(KEY_LABEL)).find(({ id }) => id === image.id);
  if (there === undefined) return undefined;
  const [now] = candidatesOf([there], new Set(own.map(repositoryOf)));
  if (now === undefined || now.given.length > 0 || now.own.some((ref) => !own.includes(ref))) {
    return 'it has got another name meanwhile';
  }
  const noted = new Uses(env);
  const uses = (await noted.all()).get(key) ?? [];
  if (uses.some(({ lastMs }) => nowMs() - lastMs < olderThanMs)) return 'it is used again';
  for (const ref of now.own) {
    const complaint = await store.remove(ref);
    if (complaint !== undefined) return complaint;
  }
  await noted.forget(key);
  return undefined;
}
