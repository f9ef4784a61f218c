import type { Digest } from '../values/digest';
import type { SourcePattern } from '../values/source-pattern';

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
  | {
      readonly path: string;
      readonly type: 'file';
      readonly executable: boolean;
      readonly digest: Digest;
      /** Bytes. */
      readonly size: number;
    }
  | { readonly path: string; readonly type: 'link'; readonly target: string }
  | { readonly path: string; readonly type: 'directory' };

export interface TreeRequest {
  readonly sources: readonly SourcePattern[];
  readonly ignore: IgnoreMatcher;
}

/** Throws SOURCE_NOT_FOUND for all sources that match nothing. */
export declare function listTree(root: string, request: TreeRequest): Promise<Tree>;
export declare function treeDigest(tree: Tree): Digest;
