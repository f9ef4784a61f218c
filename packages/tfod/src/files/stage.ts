import { randomBytes } from 'node:crypto';
import { chmodSync, constants, copyFileSync, utimesSync } from 'node:fs';
import { chmod, copyFile, lutimes, mkdir, readlink, rename, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { hexOf, type Digest } from '../values/digest';
import { TfodError } from '../values/tfod-error';
import { forEachAtOnce, hashFile, isSmall } from './hash-files';
import type { KeptCopies } from './kept-copies';
import { treeChanged, type Tree, type TreeEntry } from './tree';

/** 2000-01-01T00:00:00Z, in seconds: zip, and with it wheels, cannot hold a time before 1980 in any time zone. */
const OLDEST = Date.UTC(2000, 0, 1) / 1000;
const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;
const EXECUTABLE_MODE = 0o755;

/**
 * Lays out exactly the entries of a tree in a folder of their own, with modes and times that follow from the tree.
 * What was copied is hashed, so that the builder gets the bytes that were listed: TREE_CHANGED when the folder has
 * others by now. Large files are linked to copies that are kept, if there is a place for these: the link is of
 * the same bytes. The target, which may be an empty folder, appears whole or not at all; DISK_FULL when there is
 * no room.
 */
export async function stageTree(
  root: string,
  tree: Tree,
  target: string,
  copies?: KeptCopies,
): Promise<void> {
  const temporary = `${target}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(temporary, { recursive: true });
    await layOut(root, tree.entries, temporary, copies);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(dirname(target), error) : error;
  }
}

async function layOut(
  root: string,
  entries: readonly TreeEntry[],
  target: string,
  copies: KeptCopies | undefined,
): Promise<void> {
  const folders = foldersOf(entries);
  for (const folder of folders) await mkdir(join(target, folder), { recursive: true });
  const linked = new Set<string>();
  const isSame = await forEachAtOnce(entries, (entry) =>
    layOutEntry(entry, { root, target, copies, linked }),
  );
  const changed = entries.filter((_, index) => !isSame[index]);
  if (changed.length > 0)
    throw treeChanged(
      root,
      changed.map(({ path }) => path),
    );
  // What is put into a folder sets its time, so the deepest come first.
  for (const folder of [...folders].reverse()) await normalise(join(target, folder), FOLDER_MODE, OLDEST);
}

/** Every folder, those above before those in them. */
function foldersOf(entries: readonly TreeEntry[]): readonly string[] {
  const folders = new Set(['.']);
  const add = (folder: string) => {
    if (folders.has(folder)) return;
    add(posix.dirname(folder));
    folders.add(folder);
  };
  for (const { path, type } of entries) add(type === 'directory' ? path : posix.dirname(path));
  return [...folders];
}

interface Places {
  readonly root: string;
  readonly target: string;
  readonly copies: KeptCopies | undefined;
  /** What is in the target already as a link to its copy. */
  readonly linked: Set<string>;
}

/** Whether the entry is still what was listed. */
async function layOutEntry(entry: TreeEntry, places: Places): Promise<boolean> {
  const { root, target } = places;
  const from = join(root, entry.path);
  const to = join(target, entry.path);
  try {
    if (entry.type === 'link') return await layOutLink(from, entry.target, to);
    return entry.type === 'directory' || (await layOutFile(from, entry, to, places));
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

async function layOutLink(from: string, text: string, to: string): Promise<boolean> {
  await symlink(text, to);
  await lutimes(to, OLDEST, OLDEST);
  return (await readlink(from)) === text;
}

type FileEntry = TreeEntry & { readonly type: 'file' };

async function layOutFile(
  from: string,
  file: FileEntry,
  to: string,
  { copies, linked }: Places,
): Promise<boolean> {
  // Two links to one file would be two names of one file in the image as well.
  if (copies === undefined || !copies.keeps(file) || linked.has(file.digest))
    return copyEntry(from, file, to);
  linked.add(file.digest);
  const copy = { ...file, mode: modeOf(file), mtime: mtimeOf(file.digest) };
  if (await copies.linkTo(copy, to)) return true;
  const isSame = await copyEntry(from, file, to);
  if (isSame) await copies.keep(copy, to);
  return isSame;
}

async function copyEntry(from: string, file: FileEntry, to: string): Promise<boolean> {
  // For small files, waiting costs more than copying.
  if (isSmall(file.size)) copyFileSync(from, to, constants.COPYFILE_FICLONE);
  else await copyFile(from, to, constants.COPYFILE_FICLONE);
  const { digest, executable } = await hashFile(to);
  const mtime = mtimeOf(file.digest);
  chmodSync(to, modeOf(file));
  utimesSync(to, mtime, mtime);
  return digest === file.digest && executable === file.executable;
}

function modeOf({ executable }: FileEntry): number {
  return executable ? EXECUTABLE_MODE : FILE_MODE;
}

async function normalise(path: string, mode: number, mtime: number): Promise<void> {
  await chmod(path, mode);
  await utimes(path, mtime, mtime);
}

/**
 * BuildKit keeps the context of the last build and has only those files sent again whose size, mode or mtime
 * differ: with one mtime for all, an edit that keeps the size would never arrive. So the mtime of a file is made
 * of its digest, 28 bits of it as seconds and 20 as their fraction, which is what a double still holds.
 */
function mtimeOf(digest: Digest): number {
  const hex = hexOf(digest);
  return OLDEST + parseInt(hex.slice(0, 7), 16) + parseInt(hex.slice(7, 12), 16) / 2 ** 20;
}

/** Not there any more, or something else: a folder, no link. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR', 'EINVAL', 'ELOOP'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );
}

function diskFull(folder: string, cause: unknown): TfodError {
  return new TfodError(
    {
      code: 'DISK_FULL',
      what: 'There is no room for what the builder is to get',
      where: folder,
      remedy: 'make room there, or set TFOD_CACHE_DIR to a folder on a larger disk',
    },
    { cause },
  );
}
