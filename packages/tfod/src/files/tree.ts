import { join } from 'node:path';
import { digestOf, type Digest } from '../values/digest';
import type { SourcePattern } from '../values/source-pattern';
import { TfodError } from '../values/tfod-error';
import type { ContextView } from './context-view';
import { unreadable } from './context-view';
import { forEachAtOnce, hashFile, type FileFacts } from './hash-files';
import type { HashFile } from './known-digests';
import { selectEntries, type Selected } from './select-entries';

/** Which paths of a folder stay out of a build. Paths are POSIX, relative to the folder. */
export interface IgnoreMatcher {
  ignores(path: string): boolean;
  /** Whether nothing below this ignored directory can be re-included, so that a walk may skip it. */
  prunes(directory: string): boolean;
}

/** Exactly what a build may see of a folder, sorted by the bytes of the path. */
export interface Tree {
  readonly entries: readonly TreeEntry[];
}

/**
 * Modes are down to one bit, since umask decides the others. Directories are implied by what they hold; one
 * with nothing in it is an entry of its own, for Docker copies it.
 */
export type TreeEntry =
  | ({ readonly path: string; readonly type: 'file' } & FileFacts)
  | { readonly path: string; readonly type: 'link'; readonly target: string }
  | { readonly path: string; readonly type: 'directory' };

export interface TreeRequest {
  readonly sources: readonly SourcePattern[];
  /** Default: reads every file. */
  readonly hash?: HashFile;
}

/**
 * Lists and hashes what the sources name in a folder, as Docker would copy it. Throws SOURCE_NOT_FOUND and
 * SOURCE_SPECIAL with all that is wrong, SOURCE_UNREADABLE, and TREE_CHANGED when a file goes away meanwhile.
 */
export async function listTree(view: ContextView, { sources, hash = hashFile }: TreeRequest): Promise<Tree> {
  const { selected, problems } = selectEntries(view, sources);
  if (problems.length > 0) throw new TfodError(problems);
  const entries = await forEachAtOnce(selected, (place) => entryOf(place, { view, hash }));
  return { entries: entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))) };
}

/** One digest of all that a build may see: paths, kinds, execute bits, link texts and contents. */
export function treeDigest({ entries }: Tree): Digest {
  const lines = entries.map((entry) => JSON.stringify(identityOf(entry)));
  return digestOf(['tfod tree 1', ...lines, ''].join('\n'));
}

function identityOf(entry: TreeEntry): readonly unknown[] {
  switch (entry.type) {
    case 'file':
      return [entry.path, 'file', entry.executable, entry.digest];
    case 'link':
      return [entry.path, 'link', entry.target];
    case 'directory':
      return [entry.path, 'directory'];
  }
}

async function entryOf(
  { path, type }: Selected,
  { view, hash }: { readonly view: ContextView; readonly hash: HashFile },
): Promise<TreeEntry> {
  const full = join(view.root, path);
  try {
    if (type === 'file') return { path, type, ...(await hash(full)) };
    return type === 'link' ? { path, type, target: view.linkTarget(path) } : { path, type };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw unreadable(full, error);
    if (code === 'ENOENT' || code === 'ELOOP') throw treeChanged(view.root, [path], error);
    throw error;
  }
}

/** The folder is no longer what was listed. */
export function treeChanged(root: string, paths: readonly string[], cause?: unknown): TfodError {
  return new TfodError(
    {
      code: 'TREE_CHANGED',
      what: 'Files changed while they were read for the build',
      where: root,
      found: paths.join(', '),
      remedy: 'run it again once nothing writes to them',
    },
    { cause },
  );
}
