import { digestOf, hexOf } from '../../values/digest';
import { canonicalJson } from '../canonical-json';
import type { Marks } from './kept-record';

const WHOLE = './';
const FOLDER_DIGITS = 12;

/** Lets each folder that lies `depth` deep stand for all in it: `models/` for 1, everything for 0. */
export function foldMarks(marks: Marks, depth: number): Marks {
  return foldInto(marks, (path) => {
    const folders = path.split('/').slice(0, -1);
    if (folders.length < depth) return undefined;
    return depth === 0 ? WHOLE : `${folders.slice(0, depth).join('/')}/`;
  });
}

/** Folds as the folders of others are folded, so that the two can be compared. */
export function foldLike(marks: Marks, others: Marks): Marks {
  const folders = Object.keys(others).filter((path) => path.endsWith('/'));
  if (folders.length === 0) return marks;
  return foldInto(marks, (path) => folders.find((folder) => folder === WHOLE || path.startsWith(folder)));
}

function foldInto(marks: Marks, folderOf: (path: string) => string | undefined): Marks {
  const folders = new Map<string, [string, string][]>();
  const single: [string, string][] = [];
  for (const [path, mark] of Object.entries(marks)) {
    const folder = folderOf(path);
    const inside = folder === undefined ? single : (folders.get(folder) ?? []);
    inside.push([path, mark]);
    if (folder !== undefined) folders.set(folder, inside);
  }
  const folded = [...folders].map(
    ([folder, inside]) =>
      [folder, hexOf(digestOf(canonicalJson(Object.fromEntries(inside)))).slice(0, FOLDER_DIGITS)] as const,
  );
  return Object.fromEntries([...single, ...folded]);
}
