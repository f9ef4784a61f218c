import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 200;
const ANSWER_MS = 2000;

/** Asks until the server says that its model is loaded; false when the signal comes first. */
export async function untilReady(url: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await isReady(url)) return true;
    await delay(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

/** Whether a server answers there, and its model is loaded. */
export async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
