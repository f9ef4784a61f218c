import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SecureContext } from 'node:tls';
import { trustOf } from '../../network/certificates';
import { decoded } from '../../network/decoded';
import { TfodError } from '../../values/tfod-error';
import { failureOf, Passing } from './failure';
import { PartFile } from './part-file';
import { Progress, type Screen } from './progress';
import { transfer } from './transfer';

/** How patient a download is. */
export interface Patience {
  /** Attempts in a row that brought fewer than `worthwhileBytes` each. */
  readonly attempts: number;
  readonly worthwhileBytes: number;
  /** Before the second attempt; doubles from one to the next. */
  readonly firstPauseMs: number;
  /** An attempt is given up when fewer than `stallBytes` came within this time. */
  readonly stallMs: number;
  readonly stallBytes: number;
}

export const PATIENCE: Patience = {
  attempts: 5,
  worthwhileBytes: 256 * 1024,
  firstPauseMs: 1000,
  stallMs: 30_000,
  stallBytes: 4096,
};

/** The machine, as a download sees it. */
export interface Network {
  readonly env: NodeJS.ProcessEnv;
  readonly screen: Screen;
  readonly now: () => number;
  readonly patience: Patience;
  readonly signal?: AbortSignal;
}

export interface DownloadRequest {
  readonly url: URL;
  /** Where the part is kept, and found again by a later run. */
  readonly partFile: string;
  /** Where the whole file goes, on the same file system. */
  readonly target: string;
  readonly maxBytes: number;
  readonly plainAllowed: boolean;
}

/**
 * Fetches a file, as often as it takes, each attempt from where the last one ended. The target appears whole; what
 * is in it nobody has checked. Throws a `TfodError`; the part is kept, so that a later call goes on.
 */
export async function download(request: DownloadRequest, network: Network): Promise<{ pieces: number }> {
  const trust = trustOf(network.env);
  await mkdir(dirname(request.partFile), { recursive: true });
  const part = await PartFile.open(request.partFile, request.url.href);
  const progress = new Progress(nameOf(request.url), network.screen, network.now);
  try {
    await fetchAll(request, { ...network, trust }, part, progress);
  } finally {
    progress.end(part.length);
    await part.close();
  }
  await part.moveTo(request.target);
  return { pieces: part.pieces };
}

/** The last part of an address, which tells a person which file it is. */
export function nameOf(url: URL): string {
  return decoded(basename(url.pathname)) || url.hostname;
}

async function fetchAll(
  request: DownloadRequest,
  network: Network & { readonly trust: SecureContext | undefined },
  part: PartFile,
  progress: Progress,
): Promise<void> {
  const { patience } = network;
  for (let attempt = 1; ; attempt += 1) {
    const before = part.length;
    try {
      return await attemptOnce(request, network, part, progress);
    } catch (error) {
      network.signal?.throwIfAborted();
      const failure = failureOf(error, request.url);
      if (!(failure instanceof Passing)) throw failure;
      if (part.length - before >= patience.worthwhileBytes) attempt = 0;
      if (attempt >= patience.attempts) throw givenUp(request, failure, patience.attempts);
      const pauseMs = failure.afterMs ?? patience.firstPauseMs * 2 ** Math.max(0, attempt - 1);
      if (pauseMs >= 1000) progress.note(`${failure.reason}; again in ${Math.round(pauseMs / 1000)} s`);
      await sleep(pauseMs, undefined, { ...(network.signal && { signal: network.signal }) });
    }
  }
}

async function attemptOnce(
  request: DownloadRequest,
  { env, trust, now, patience, signal }: Network & { readonly trust: SecureContext | undefined },
  part: PartFile,
  progress: Progress,
): Promise<void> {
  const stalled = new AbortController();
  let recent = 0;
  const watch = setInterval(() => {
    if (recent < patience.stallBytes) stalled.abort();
    recent = 0;
  }, patience.stallMs);
  try {
    await transfer({
      ...request,
      part,
      now,
      get: { env, trust, signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal },
      onBytes: (length, total) => {
        recent += length;
        progress.show(part.length, total);
      },
    });
  } catch (error) {
    throw stalled.signal.aborted ? new Passing('nothing came any more') : error;
  } finally {
    clearInterval(watch);
  }
}

function givenUp({ url }: DownloadRequest, { reason }: Passing, attempts: number): TfodError {
  return new TfodError({
    code: 'DOWNLOAD_FAILED',
    what: `The model could not be fetched in ${attempts} attempts`,
    where: url.href,
    found: reason,
    remedy:
      'run the command again: it goes on where this one ended; or download the archive by hand and give its path',
  });
}
