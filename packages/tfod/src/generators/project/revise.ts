import type { ProjectFile } from './files';
import { withLineEndsOf, withoutCr } from './line-ends';
import { isSealed, withoutSeal } from './seal';

/** What is to become of the files of a project. */
export interface Revision {
  readonly writes: readonly ProjectFile[];
  readonly deletes: readonly string[];
  /** Edited files that stay as they are, for nothing depends on what was generated. */
  readonly kept: readonly string[];
  /** Edited files that would have to change. */
  readonly conflicts: readonly string[];
}

export interface RevisionRequest {
  /** The contents that a file may have without being somebody's work, by its path. */
  readonly before: ReadonlyMap<string, readonly Buffer[]>;
  readonly after: readonly ProjectFile[];
  readonly read: (path: string) => Buffer | undefined;
  /** Whether the project is wrong where this file is not what it should be. */
  readonly mustFollow: (path: string) => boolean;
}

/** Brings files from what was generated to what is generated now; what somebody edited is never written over. */
export function revise({ before, after, read, mustFollow }: RevisionRequest): Revision {
  const writes: ProjectFile[] = [];
  const deletes: string[] = [];
  const kept: string[] = [];
  const conflicts: string[] = [];
  const isGenerated = (path: string, now: Buffer): boolean =>
    before.get(path)?.some((content) => same(path, content, now)) ?? false;
  for (const file of after) {
    const { path, content } = file;
    const now = read(path);
    if (now === undefined) writes.push(file);
    else if (same(path, now, content)) continue;
    else if (isGenerated(path, now)) writes.push(inPlaceOf(now, file));
    else if (!mustFollow(path) || !isNew(file, before)) kept.push(path);
    else if (isSealed(path, read)) writes.push(inPlaceOf(now, file));
    else conflicts.push(path);
  }
  const stays = new Set(after.map(({ path }) => path));
  for (const path of before.keys()) {
    const now = stays.has(path) ? undefined : read(path);
    if (now === undefined) continue;
    if (isGenerated(path, now) || isSealed(path, read)) deletes.push(path);
    else conflicts.push(path);
  }
  return { writes, deletes, kept, conflicts };
}

/** Whether a file is not what was generated before. */
function isNew({ path, content }: ProjectFile, before: RevisionRequest['before']): boolean {
  return !(before.get(path)?.some((known) => same(path, known, content)) ?? false);
}

function inPlaceOf(now: Buffer, { path, content }: ProjectFile): ProjectFile {
  return { path, content: Buffer.from(withLineEndsOf(now.toString(), content.toString())) };
}

function same(path: string, a: Buffer, b: Buffer): boolean {
  return a.equals(b) || whatCounts(path, a) === whatCounts(path, b);
}

/** How JSON is laid out is the formatter's business, how lines end that of Git; a seal says only what is above it. */
function whatCounts(path: string, content: Buffer): string {
  const text = withoutSeal(path, withoutCr(content.toString()));
  try {
    return path.endsWith('.json') ? JSON.stringify(JSON.parse(text)) : text;
  } catch {
    return text;
  }
}
