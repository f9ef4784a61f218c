import { posix } from 'node:path';
import { seenFile, seenLink, SEEN_FOLDER } from './content';
import type { IgnoreLine, Node } from './fleet';

/** A source that is not there: Docker would refuse to build. */
export class SourceMissing extends Error {}

/**
 * What Docker's documentation says that a builder sees of a folder for some sources, found out from the data of
 * the fleet alone. It shares no code with what it is to judge.
 */
export function visible(
  nodes: ReadonlyMap<string, Node>,
  ignores: readonly IgnoreLine[],
  sources: readonly string[],
): Record<string, string> {
  const entries = entriesLeft(nodes, ignores);
  const seen: Record<string, string> = {};
  for (const source of sources) {
    for (const place of placesOf(source, entries)) addPlace(place, entries, seen, source);
  }
  for (const [path, content] of Object.entries(seen)) {
    if (content === SEEN_FOLDER && hasBelow(path, Object.keys(seen))) delete seen[path];
  }
  return seen;
}

type Entries = ReadonlyMap<string, Node>;

/** Files, links, and those folders in which nothing is left. */
function entriesLeft(nodes: ReadonlyMap<string, Node>, ignores: readonly IgnoreLine[]): Entries {
  const left = new Map([...nodes].filter(([path, { type }]) => type !== 'folder' && !ignored(path, ignores)));
  const folders = new Set(
    [...nodes].flatMap(([path, { type }]) => [...above(path), ...(type === 'folder' ? [path] : [])]),
  );
  for (const folder of [...folders].sort((a, b) => b.split('/').length - a.split('/').length)) {
    if (!ignored(folder, ignores) && !hasBelow(folder, left.keys())) left.set(folder, { type: 'folder' });
  }
  return left;
}

/** The last line that matches the path or a folder above it decides. */
function ignored(path: string, ignores: readonly IgnoreLine[]): boolean {
  const places = [path, ...above(path)];
  const last = ignores.filter((line) => places.some((place) => lineMatches(line, place))).at(-1);
  return last !== undefined && !last.negated;
}

function lineMatches({ kind, text }: IgnoreLine, place: string): boolean {
  switch (kind) {
    case 'comment':
      return false;
    case 'path':
      return place === text;
    case 'below':
      return place.startsWith(`${text}/`);
    case 'ending':
      return place.endsWith(text);
    case 'ending at the root':
      return !place.includes('/') && place.endsWith(text);
  }
}

function placesOf(source: string, entries: Entries): readonly string[] {
  const path = source.replace(/\/$/, '');
  if (!path.includes('*')) return [path];
  const folder = posix.dirname(path);
  if (folder !== '.' && !isFolder(folder, entries)) throw new SourceMissing(source);
  const ending = posix.basename(path).slice(1);
  const prefix = folder === '.' ? '' : `${folder}/`;
  const names = [...entries.keys()]
    .filter((each) => each.startsWith(prefix))
    .map((each) => each.slice(prefix.length).split('/')[0] ?? '');
  return [...new Set(names)].filter((name) => name.endsWith(ending)).map((name) => prefix + name);
}

/** A link that a source names is followed; one below a folder stays what it is. */
function addPlace(place: string, entries: Entries, seen: Record<string, string>, source: string): void {
  const node = entries.get(place);
  if (node?.type === 'link') {
    seen[place] = seenLink(node.target);
    return addPlace(posix.join(posix.dirname(place), node.target), entries, seen, source);
  }
  const below = [...entries].filter(([path]) => place === '.' || path.startsWith(`${place}/`));
  if (node === undefined && below.length === 0) throw new SourceMissing(source);
  for (const [path, each] of node === undefined ? below : [[place, node] as const]) seen[path] = seenAs(each);
}

function seenAs(node: Node): string {
  if (node.type === 'folder') return SEEN_FOLDER;
  return node.type === 'link' ? seenLink(node.target) : seenFile(node.text, (node.mode & 0o100) !== 0);
}

function isFolder(path: string, entries: Entries): boolean {
  return entries.get(path)?.type === 'folder' || hasBelow(path, entries.keys());
}

function hasBelow(folder: string, paths: Iterable<string>): boolean {
  return [...paths].some((path) => path.startsWith(`${folder}/`));
}

function above(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}
