import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { keptIn } from '../graph/readings-file';

/** Of file systems whose times are those of the kernel's ticks. */
const LONGEST_TICK_MS = 12;
const TEN_SECONDS_NS = 10_000_000_000n;

/**
 * Has the graph trust what it kept of a workspace, as if it had been read ten seconds later than it was: the change
 * time of a file cannot be set.
 */
export function letTimePass(workspaceRoot: string): void {
  waitForTick();
  const path = keptIn(workspaceRoot, process.env);
  if (!existsSync(path)) return;
  const kept = JSON.parse(readFileSync(path, 'utf8')) as { begun: string };
  writeFileSync(path, JSON.stringify({ ...kept, begun: String(BigInt(kept.begun) + TEN_SECONDS_NS) }));
}

/** What is written from now on has another time than what was written until now. */
function waitForTick(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONGEST_TICK_MS);
}
