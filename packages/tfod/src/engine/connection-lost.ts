import type { BuildOutcome } from './engine';

/**
 * What BuildKit says when it lost the connection by which it reads files from the client: on a busy machine it gives up a
 * client that does not answer in time, and cannot take it back (moby/buildkit issue 748).
 */
const LOST = /only one connection allowed|no active sessions?\b|code = Unavailable desc = .*\btransport\b/i;

/** Whether a build failed, or an image of it, for a reason that is none of its own. */
export function isConnectionLost(outcome: BuildOutcome): boolean {
  if (outcome.ok) return false;
  return [outcome.message, ...[...outcome.failures.values()].map(({ error }) => error)].some((text) =>
    LOST.test(text),
  );
}
