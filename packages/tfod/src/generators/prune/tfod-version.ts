import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where package managers write down which version is installed. */
const LOCK_FILES = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock'];
const ENTRY = /^\s*["']?(node_modules\/tfod"|\/?tfod@|tfod": \["tfod@)/;
/** Version, address and digest stand right below the name, in every form. */
const LINES = 4;

/**
 * Which tfod a workspace uses, in the words of its files: the range of its package.json, and what the lock file of its
 * package manager makes of it. Only where this is the same do the same files give the same keys, since the runtime
 * comes with tfod.
 */
export function tfodVersion(workspaceRoot: string): string {
  const range = /"tfod"\s*:\s*"([^"]*)"/.exec(textOf(join(workspaceRoot, 'package.json')))?.[1] ?? '';
  const locked = LOCK_FILES.map((file) => entryIn(textOf(join(workspaceRoot, file))));
  return [range, ...locked].join('\n').trim();
}

function entryIn(text: string): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => ENTRY.test(line));
  if (at < 0) return '';
  return lines
    .slice(at, at + LINES)
    .map((line) => line.trim())
    .join(' ');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
