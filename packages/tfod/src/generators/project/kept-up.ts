import { isChainFile } from '../runtime/chain-files';
import type { ProjectFile } from './files';

/** What tells of a project and of its images; who deleted it does not want it. */
const ABOUT = ['README.md', '.dockerignore'];

/**
 * Those of a project's files that the plugin keeps up once the project is there: what makes its images, and of what
 * tells of it as much as there is. How it is set up, code, tests and models are its owner's.
 */
export function keptUp(
  files: readonly ProjectFile[],
  isThere: (path: string) => boolean,
): readonly ProjectFile[] {
  return files.filter(
    ({ path }) => path === 'Dockerfile' || isChainFile(path) || (ABOUT.includes(path) && isThere(path)),
  );
}
