import { logger, type Tree } from '@nx/devkit';
import type { Revision } from './revise';

/** Writes what a revision says; tells of the edited files that it leaves as they are. */
export function applyRevision(tree: Tree, root: string, { writes, deletes, kept }: Revision): void {
  for (const { path, content } of writes) tree.write(`${root}/${path}`, content);
  for (const path of deletes) tree.delete(`${root}/${path}`);
  if (kept.length === 0) return;
  const paths = kept.map((path) => `  ${root}/${path}`);
  logger.info(['Kept as they are, although they differ from what would be generated:', ...paths].join('\n'));
}
