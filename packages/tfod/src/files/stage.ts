import type { Tree } from './tree';

/** Copies exactly the entries of the tree; TREE_CHANGED when the folder is no longer what was listed. */
export declare function stageTree(root: string, tree: Tree, target: string): Promise<void>;
