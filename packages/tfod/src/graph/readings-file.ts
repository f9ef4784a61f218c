import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { lastChange, stampOf, tried } from './files-seen';

/** What is kept, and a file whose time is that of the file system. */
const [KEPT, CLOCK] = ['tfod-graph.json', 'tfod-graph-time'];
const LEFT_NS = 3_600_000_000_000n;

/**
 * Where Nx keeps what belongs to one workspace; `nx reset` empties it, and no watcher looks there. The variables are
 * those of Nx.
 */
export function keptIn(workspaceRoot: string, env: NodeJS.ProcessEnv): string {
  const chosen = env['NX_WORKSPACE_DATA_DIRECTORY'] ?? env['NX_PROJECT_GRAPH_CACHE_DIRECTORY'];
  return join(resolve(workspaceRoot, chosen || '.nx/workspace-data'), KEPT);
}

/** What time it is for the file system of the file; long ago where nothing can be written. */
export function timeAt(path: string): bigint {
  const folder = dirname(path);
  const clock = join(folder, CLOCK);
  tried(() => mkdirSync(folder, { recursive: true }));
  const isSet = tried(() => (writeFileSync(clock, ''), true));
  return isSet ? lastChange(stampOf(clock)) : 0n;
}

/** What processes left that were killed while they wrote. */
export function removeLeft(path: string, now: bigint): void {
  const folder = dirname(path);
  const names = tried(() => readdirSync(folder)) ?? [];
  for (const name of names.filter((each) => each.includes(`${KEPT}.`))) {
    const left = join(folder, name);
    if (lastChange(stampOf(left)) < now - LEFT_NS) tried(() => rmSync(left));
  }
}
