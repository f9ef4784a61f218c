import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readText } from '../files/read-text';
import { writeFileAtomic } from '../files/atomic-write';
import { TfodError } from '../values/tfod-error';
import { buildOnce } from './build-once';
import { ownerOfRef } from './key';
import { formatLastKeys, keptName } from './kept-records';
import { isGone, thisProcess } from './owner';
import { pullFound } from './look-up/pull-found';
import { pushMissing } from './look-up/push-missing';
import { isDone } from './plan';
import { planService, type PlannedService } from './plan-service';
import {
  formatDocument,
  lastKeysPath,
  receiptOf,
  receiptPath,
  type EnsuredImage,
  type Receipt,
} from './receipt';
import { Uses } from './prune/uses';
import { keptRecord } from './records/kept-record';
import { RecordCache } from './records/record-cache';
import type { ImagesRequest, Machine } from './request';

/**
 * Makes sure that the engine has the images of a service: plans, builds what is missing, and writes the receipt.
 * Quiet and quick when all are there. Throws a TfodError with every problem; then there is no receipt.
 */
export async function ensureImages(request: ImagesRequest, machine: Machine): Promise<Receipt> {
  return carryOut(await planToBuild(request, machine), machine);
}

/**
 * A plan that is going to be carried out. When there is something wrong, the receipt of an earlier build goes: it
 * tells of images that are not those of this tree.
 */
export async function planToBuild(request: ImagesRequest, machine: Machine): Promise<PlannedService> {
  try {
    return await planService(request, machine);
  } catch (error) {
    await dropReceipt(request);
    throw error;
  }
}

/** Makes a plan true. The old receipt goes first and the new one comes last: there is never one that lies. */
export async function carryOut(planned: PlannedService, machine: Machine): Promise<Receipt> {
  const { request, plan } = planned;
  if (!isDone(plan)) await dropReceipt(request);
  try {
    const ensured = await act(planned, machine);
    const receipt = receiptOf(request.service, ensured);
    await writeIfOther(receiptFile(request), formatDocument(receipt));
    return receipt;
  } catch (error) {
    throw asDiskFull(error);
  }
}

async function act(first: PlannedService, machine: Machine): Promise<readonly EnsuredImage[]> {
  const { request } = first;
  const { engine } = machine;
  const { planned, built } = await buildOnce(
    await bringPulled(first, machine),
    async () => bringPulled(await planToBuild(request, machine), machine),
    machine,
  );
  const { plan, facts } = planned;
  const ensured = plan.flatMap((each): EnsuredImage[] => {
    const isThere = each.found !== undefined || each.verdict === 'present';
    const result = isThere ? { seconds: 0 } : built.images.get(each.image.name);
    return result ? [{ ...each, ...result }] : [];
  });
  for (const { verdict, found, missingRefs } of ensured) {
    if (verdict !== 'present' || found === undefined) continue;
    for (const ref of missingRefs) await engine.tag(found.id, ref);
  }
  await dropAbandonedNames(
    facts.present.flatMap(({ refs }) => refs),
    machine,
  );
  await keepRecords(planned, ensured, machine);
  if (built.problems.length > 0) throw new TfodError(built.problems);
  return pushMissing(ensured, request, machine, planned.registries);
}

/** What is pulled is there to build on. */
async function bringPulled(planned: PlannedService, machine: Machine): Promise<PlannedService> {
  const pulled = await pullFound(planned.plan, machine);
  const plan = planned.plan.map((each) => {
    const found = pulled.get(each.image.name);
    return found ? { ...each, found } : each;
  });
  return { ...planned, plan };
}

async function dropReceipt(request: ImagesRequest): Promise<void> {
  await rm(receiptFile(request), { force: true });
}

function receiptFile({ workspaceRoot, service }: ImagesRequest): string {
  return join(workspaceRoot, receiptPath(service.root));
}

/** The temporary names that processes left behind which were killed. */
async function dropAbandonedNames(refs: readonly string[], { engine }: Machine): Promise<void> {
  const self = thisProcess();
  for (const ref of refs) {
    const owner = ownerOfRef(ref);
    if (owner && isGone(owner, self)) await engine.untag(ref);
  }
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

function asDiskFull(error: unknown): unknown {
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
