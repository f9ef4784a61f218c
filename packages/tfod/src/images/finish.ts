import { join } from 'node:path';
import { writeFileAtomic } from '../files/atomic-write';
import { readText } from '../files/read-text';
import { TfodError } from '../values/tfod-error';
import type { Built } from './built';
import { identityOf } from './join-plans';
import { formatLastKeys, keptName } from './kept-records';
import { namePresent } from './name-present';
import type { PlannedService } from './plan-service';
import { pushMissing } from './look-up/push-missing';
import { Problems } from './problems';
import { Uses } from './prune/uses';
import { formatDocument, lastKeysPath, receiptOf, type EnsuredImage, type Receipt } from './receipt';
import { receiptFile } from './receipt-file';
import { keptRecord } from './records/kept-record';
import { RecordCache } from './records/record-cache';
import type { ImagesRequest, Machine } from './request';

/** What became of the images of one service: a receipt, or every problem. */
export type Ensured =
  | { readonly request: ImagesRequest; readonly receipt: Receipt }
  | { readonly request: ImagesRequest; readonly error: TfodError };

/** Names what is there, keeps the records, pushes, and makes the receipt of one service, which is written if it is to be. */
export async function finish(planned: PlannedService, built: Built, machine: Machine): Promise<Ensured> {
  const { request, plan } = planned;
  try {
    const ensured = ensuredImages(planned, built);
    for (const each of ensured) await namePresent(each, machine.engine);
    await keepRecords(planned, ensured, machine);
    const problems = new Problems();
    problems.add(...plan.flatMap(({ image }) => built.problems.get(identityOf(image)) ?? []));
    problems.throwAny();
    const pushed = await pushMissing(ensured, request, machine, planned.registries);
    const receipt = receiptOf(request.service, pushed);
    if (request.writesReceipt) await writeIfOther(receiptFile(request), formatDocument(receipt));
    return { request, receipt };
  } catch (error) {
    if (error instanceof TfodError) return { request, error };
    throw error;
  }
}

function ensuredImages({ plan }: PlannedService, built: Built): readonly EnsuredImage[] {
  return plan.flatMap((each): EnsuredImage[] => {
    const result = each.verdict === 'build' ? built.images.get(identityOf(each.image)) : { seconds: 0 };
    return result ? [{ ...each, ...result }] : [];
  });
}

/** Keeps by key what the images were made from, once for each, and which are the last of this checkout. */
async function keepRecords(
  { request, facts }: PlannedService,
  ensured: readonly EnsuredImage[],
  { env }: Machine,
): Promise<void> {
  const records = new RecordCache(env);
  for (const { image, verdict } of ensured) {
    const isKnown = verdict === 'present' && facts.kept.last[keptName(image)] === image.key;
    if (!isKnown) await records.keep(keptRecord(image));
  }
  await new Uses(env).note(
    request.workspaceRoot,
    ensured.map(({ image }) => image.key),
  );
  const current = ensured.map(({ image }) => [keptName(image), image.key]);
  const last = { ...facts.kept.last, ...Object.fromEntries(current) };
  await writeIfOther(join(request.workspaceRoot, lastKeysPath(request.service.root)), formatLastKeys(last));
}

async function writeIfOther(path: string, text: string): Promise<void> {
  const before = await readText(path).catch(() => undefined);
  if (before !== text) await writeFileAtomic(path, text);
}

/** A full disk is an expected failure. */
export function asDiskFull(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new TfodError(
    {
      code: 'DISK_FULL',
      what: 'The disk is full',
      ...(path !== undefined && { where: path }),
      found: code,
      remedy: 'free space, then run docker-build again',
    },
    { cause: error },
  );
}
