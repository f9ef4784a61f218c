import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../../files/hash-files';
import type { Digest } from '../../values/digest';
import { TfodError } from '../../values/tfod-error';
import { download } from '../download/download';
import { addArchive, checkDigest, knownArchive } from './from-archive';
import type { ArchiveRecord, ModelStore } from '../store/store';
import type { ModelMachine, StoredModel } from './stored-model';

export interface AddressRequest {
  readonly url: URL;
  /** What the archive must be; undefined only before anything was recorded of it. */
  readonly sha256: Digest | undefined;
  readonly maxBytes: number;
}

/**
 * The model of an archive on a server. The store is asked first; N callers at once fetch it once. Throws what went
 * wrong with the download or the archive, or MODEL_SHA256_MISMATCH; then nothing of it is in the store.
 */
export async function fromAddress(request: AddressRequest, machine: ModelMachine): Promise<StoredModel> {
  const { store, network } = machine;
  const { href } = request.url;
  for (;;) {
    const known = await knownAddress(request, machine);
    if (known !== undefined) return known;
    const added = await store.aloneUnless(
      href,
      async () => (await recordOf(request, store)) !== undefined,
      async () => (await knownAddress(request, machine)) ?? (await fetchAndAdd(request, machine)),
      () => network.screen.write(`waiting for another process that fetches ${href}\n`),
    );
    if (added !== undefined) return added;
  }
}

async function knownAddress(
  request: AddressRequest,
  machine: ModelMachine,
): Promise<StoredModel | undefined> {
  const sha256 = await expectedOf(request, machine.store);
  return sha256 === undefined ? undefined : knownArchive(sha256, machine);
}

/** What tells that an archive was fetched, without a look at the SavedModel that was in it. */
async function recordOf(request: AddressRequest, store: ModelStore): Promise<ArchiveRecord | undefined> {
  const sha256 = await expectedOf(request, store);
  return sha256 === undefined ? undefined : store.archive(sha256);
}

async function expectedOf({ url, sha256 }: AddressRequest, store: ModelStore): Promise<Digest | undefined> {
  return sha256 ?? store.recent(url);
}

async function fetchAndAdd(request: AddressRequest, machine: ModelMachine): Promise<StoredModel> {
  return machine.store.inScratch(async (scratch) => {
    const archive = join(scratch, 'archive');
    const first = await fetchInto(archive, request, machine);
    try {
      return await check(archive, request, machine);
    } catch (error) {
      // Pieces of several answers may not belong together, whatever the server said of them.
      if (first.pieces === 1 || !isAboutContent(error)) throw error;
      await rm(archive);
      await fetchInto(archive, request, machine);
      return check(archive, request, machine);
    }
  });
}

async function fetchInto(
  target: string,
  { url, sha256, maxBytes }: AddressRequest,
  { store, network }: ModelMachine,
): Promise<{ pieces: number }> {
  const request = {
    url,
    target,
    maxBytes,
    partFile: store.partFile(url),
    plainAllowed: sha256 !== undefined,
  };
  return download(request, network);
}

async function check(
  path: string,
  { url, sha256 }: AddressRequest,
  machine: ModelMachine,
): Promise<StoredModel> {
  const { digest, size } = await hashFile(path);
  checkDigest(url.href, sha256, digest);
  const model = await addArchive({ path, sha256: digest, bytes: size, where: url.href }, machine);
  await machine.store.keepRecent(url, digest);
  return model;
}

function isAboutContent(error: unknown): boolean {
  return (
    error instanceof TfodError &&
    ['MODEL_SHA256_MISMATCH', 'ARCHIVE_BROKEN', 'ARCHIVE_UNKNOWN'].includes(error.code)
  );
}
