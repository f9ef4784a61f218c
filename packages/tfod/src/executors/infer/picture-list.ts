import { dirname, posix, relative, sep } from 'node:path';
import type { Mount } from '../../engine/docker-run';
import type { Picture } from './find-pictures';

const PICTURES = '/tfod/pictures';

/** The list file of the runtime: one JSON object a line. */
export function pictureList(pictures: readonly { readonly path: string; readonly name: string }[]): string {
  return pictures.map(({ path, name }) => `${JSON.stringify({ path, name })}\n`).join('');
}

/** The pictures as a container sees them, and the folders that it must see for that. */
export function mountPictures(pictures: readonly Picture[]): {
  readonly mounts: readonly Mount[];
  readonly pictures: readonly { readonly path: string; readonly name: string }[];
} {
  const roots = outermost(pictures.map(({ path, base }) => (isBelow(path, base) ? base : dirname(path))));
  const mounts = roots.map((source, index) => ({ source, target: `${PICTURES}/${index}` }));
  const inside = (path: string): string => {
    const mount = mounts.find(({ source }) => isBelow(path, source));
    if (!mount) throw new Error(`no mount holds ${path}`);
    return posix.join(mount.target, ...relative(mount.source, path).split(sep));
  };
  return { mounts, pictures: pictures.map(({ path, name }) => ({ path: inside(path), name })) };
}

/** Each folder once, without those that are below another one. */
function outermost(folders: readonly string[]): readonly string[] {
  const distinct = [...new Set(folders)].sort();
  return distinct.filter((folder) => !distinct.some((other) => other !== folder && isBelow(folder, other)));
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
