import { posix } from 'node:path';
import type { SourcePattern } from '../values/source-pattern';
import type { Problem } from '../values/tfod-error';
import { relativeTo, type ContextView, type Place, type Resolved } from './context-view';
import { hasWildcard } from './filepath-match';
import { parsePathPatterns } from './path-patterns';
import { isProblem, placesOf } from './source-places';
import { misnamed, nothingMatches, special } from './source-problems';

export interface Selected extends Place {
  readonly type: 'file' | 'directory' | 'link';
}

export interface Selection {
  /** Files, links and folders with nothing in them, each once. */
  readonly selected: readonly Selected[];
  readonly problems: readonly Problem[];
}

/** What Node puts in the place of bytes that are no UTF-8; the path that it then names is not there. */
const NO_UTF8 = '\ufffd';

/** The entries of a folder that the sources of COPY, ADD and bind mounts ask for. */
export function selectEntries(view: ContextView, sources: readonly SourcePattern[]): Selection {
  const found = new Map<string, Place>();
  const problems: Problem[] = [];
  for (const source of sources) {
    for (const place of placesOf(view, source)) {
      if (isProblem(place)) problems.push(place);
      else problems.push(...addPlace(view, source, place, found));
    }
  }
  const places = withoutFilled([...found.values()]);
  problems.push(...places.filter(({ type }) => type === 'special').map(({ path }) => special(path)));
  problems.push(...places.filter(({ path }) => path.includes(NO_UTF8)).map(({ path }) => misnamed(path)));
  return { selected: places.filter(isSelected), problems };
}

function isSelected(place: Place): place is Selected {
  return place.type !== 'special';
}

function addPlace(
  view: ContextView,
  source: SourcePattern,
  place: Resolved,
  found: Map<string, Place>,
): readonly Problem[] {
  for (const path of place.links) found.set(path, { path, type: 'link' });
  if (place.type !== 'directory') {
    found.set(place.path, place);
    return [];
  }
  const inFolder = placesBelow(view, place.path, keeperOf(source));
  for (const each of inFolder) found.set(each.path, each);
  // Without a pattern, the folder itself was asked for, and it may be empty.
  if (source.only === undefined) found.set(place.path, place);
  return inFolder.length === 0 && isRequired(source) ? [nothingMatches(source)] : [];
}

function* walk(view: ContextView, folder: string): Generator<Place> {
  for (const place of view.children(folder).values()) {
    yield place;
    if (place.type === 'directory') yield* walk(view, place.path);
  }
}

function placesBelow(view: ContextView, folder: string, keeps: (path: string) => boolean): readonly Place[] {
  return [...walk(view, folder)].filter(({ path }) => keeps(relativeTo(folder, path)));
}

/** What --parents and --exclude leave of a folder, by paths relative to it. */
function keeperOf({ only, except }: SourcePattern): (path: string) => boolean {
  const wanted = only === undefined ? undefined : parsePathPatterns([only]);
  const unwanted = except === undefined ? undefined : parsePathPatterns(except);
  return (path) => (wanted?.matches(path) ?? true) && !(unwanted?.matches(path) ?? false);
}

/** Leaves out the folders that something else is in: it implies them. */
function withoutFilled(places: readonly Place[]): readonly Place[] {
  const filled = new Set(['.']);
  for (const { path } of places) {
    for (let folder = posix.dirname(path); !filled.has(folder); folder = posix.dirname(folder)) {
      filled.add(folder);
    }
  }
  return places.filter(({ path }) => !filled.has(path));
}

/** `COPY --parents` insists on what is there only when nothing in it is a pattern. */
function isRequired({ path, only }: SourcePattern): boolean {
  return only !== undefined && !hasWildcard(path) && !hasWildcard(only);
}
