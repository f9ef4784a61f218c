import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEPT_IN } from '../graph/kept-readings';

const TEN_SECONDS_NS = 10_000_000_000n;

/**
 * Has the graph trust what it kept of a workspace, as if it had been read ten seconds later than it was: the change
 * time of a file cannot be set.
 */
export function letTimePass(workspaceRoot: string): void {
  const path = join(workspaceRoot, KEPT_IN);
  if (!existsSync(path)) return;
  const kept = JSON.parse(readFileSync(path, 'utf8')) as { begun: string };
  writeFileSync(path, JSON.stringify({ ...kept, begun: String(BigInt(kept.begun) + TEN_SECONDS_NS) }));
}
