import { posix } from 'node:path';
import type { Files } from './workspace-files';

export interface Project {
  readonly name: string;
  readonly root: string;
  readonly kind: 'service' | 'runtime' | 'library';
}

/** The projects of a workspace, as Nx would find them. */
export function projectsIn(files: Files): readonly Project[] {
  const roots = [...files.keys()].filter((path) => /\/(tfod|project)\.json$/.test(path)).map(posix.dirname);
  return [...new Set(roots)].map((root) => {
    const named = JSON.parse(files.get(`${root}/project.json`) ?? '{}') as { name?: string };
    const settings = files.get(`${root}/tfod.json`);
    const kind =
      settings === undefined ? 'library' : /"kind":"runtime"/.test(settings) ? 'runtime' : 'service';
    return { name: named.name ?? posix.basename(root), root, kind };
  });
}
