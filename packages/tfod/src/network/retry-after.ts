/** Answers after which it is worth asking again (RFC 9110, RFC 6585). */
const BUSY = new Set([408, 425, 429, 500, 502, 503, 504]);
const LONGEST_WAIT_MS = 60_000;

export function isBusy(status: number): boolean {
  return BUSY.has(status);
}

/** The wait that `Retry-After` asks for: seconds or a date (RFC 9110, 10.2.3), at most a minute. */
export function waitOf(retryAfter: string | undefined, nowMs: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - nowMs;
  return Number.isFinite(ms) ? Math.min(LONGEST_WAIT_MS, Math.max(0, ms)) : undefined;
}
