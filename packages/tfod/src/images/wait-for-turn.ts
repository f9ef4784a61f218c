import { hostname } from 'node:os';
import type { Holder } from '../files/turn';
import type { Busy } from './key-turns';
import type { Machine } from './request';

/** Who waits for long is told so again, each time as much has passed. */
const REMIND_MS = 30_000;

/** Waits until another process has built an image or has given up, and says for whom. */
export async function waitForTurn(busy: Busy, { report, signal }: Machine): Promise<void> {
  const line = `waiting for ${busy.image.name}, which ${nameOf(busy.holder)} builds for ${busy.holder.purpose}`;
  report(line);
  const started = performance.now();
  const reminder = setInterval(
    () => report(`${line} (${Math.round((performance.now() - started) / 1000)} s so far)`),
    REMIND_MS,
  );
  try {
    await busy.ended(signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearInterval(reminder);
  }
}

function nameOf({ pid, host }: Holder): string {
  return host === hostname() ? `pid ${pid}` : `pid ${pid} on ${host}`;
}
