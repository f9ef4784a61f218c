import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readOptional } from './read-optional';
import { isDone, type PlannedImage } from './plan';
import type { PlannedService } from './plan-service';
import { receiptPath, type Receipt, type ReceiptEntry } from './receipt';
import type { ImagesRequest } from './request';

/** Where the receipt of a service is. */
export function receiptFile({ workspaceRoot, service }: ImagesRequest): string {
  return join(workspaceRoot, receiptPath(service.root));
}

/** Removes the receipt of an earlier build. */
export async function dropReceipt(request: ImagesRequest): Promise<void> {
  await rm(receiptFile(request), { force: true });
}

/**
 * Removes the receipt before a plan is carried out that would make it lie. Whoever writes none leaves that of
 * docker-build, digests and tags and all, unless a name that it tells of is about to get another image: `parking:cpu`
 * would no longer be what the receipt says.
 */
export async function dropReceiptBefore(
  { request, plan }: PlannedService,
  report: (line: string) => void,
): Promise<void> {
  if (request.writesReceipt) {
    if (!isDone(plan)) await dropReceipt(request);
    return;
  }
  const told = entriesOf(await readOptional(receiptFile(request)));
  if (told.every((entry) => plan.every((each) => staysTrue(entry, each)))) return;
  await dropReceipt(request);
  report(
    `${receiptPath(request.service.root)} told of other images and is removed; docker-build writes it again`,
  );
}

/** Whether an entry is as true after an image has got its names as it was before. */
function staysTrue(
  { tags, key, id, digest }: ReceiptEntry,
  { image, verdict, found, inRegistry, missingRefs }: PlannedImage,
): boolean {
  if (!missingRefs.some((ref) => tags.includes(ref))) return true;
  // Built again it is another image, though the key is the same.
  if (verdict === 'build' || key !== image.key) return false;
  return id === found?.id || (digest !== undefined && digest === inRegistry?.digest);
}

/** A receipt that cannot be read tells nothing. */
function entriesOf(text: string | undefined): readonly ReceiptEntry[] {
  try {
    const { images, standsOn = [] } = JSON.parse(text ?? '') as Receipt;
    return [...images, ...standsOn];
  } catch {
    return [];
  }
}
