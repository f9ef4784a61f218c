import type { SourcePattern } from '../values/source-pattern';
import type { Problem } from '../values/tfod-error';
import { relativeTo, type ContextView, type Place, type Resolved } from './context-view';
import { filepathMatcher, hasWildcard } from './filepath-match';
import { notFound } from './source-problems';

/**
 * What a source names, its links followed. A pattern may match nothing, as in `COPY package.json lock* ./`; a
 * plain path may not, nor may the folder before a pattern be missing.
 */
export function placesOf(view: ContextView, source: SourcePattern): readonly (Resolved | Problem)[] {
  const { folder, pattern } = split(source);
  const start = view.resolve(folder);
  if (start === undefined) return [notFound(view, folder, source)];
  if (pattern === undefined) return [start];
  const matched = start.type === 'directory' ? matchesBelow(view, start, pattern) : [];
  return matched.map(({ path }) => withLinks(view.resolve(path), start) ?? notFound(view, path, source));
}

export function isProblem(found: Resolved | Problem): found is Problem {
  return 'code' in found;
}

/** The path down to the first part with a wildcard, and the rest. */
function split({ path, wildcard }: SourcePattern): { readonly folder: string; readonly pattern?: string } {
  const parts = path.split('/');
  const first = wildcard ? parts.findIndex(hasWildcard) : -1;
  if (first < 0) return { folder: path };
  return { folder: parts.slice(0, first).join('/') || '.', pattern: parts.slice(first).join('/') };
}

/** Docker walks the folder without following links, and does not look into a folder that matches. */
function matchesBelow(view: ContextView, start: Place, pattern: string): readonly Place[] {
  const matches = filepathMatcher(pattern);
  const mayHold = folderFilter(pattern);
  const found: Place[] = [];
  const walk = (folder: string) => {
    for (const place of view.children(folder).values()) {
      const relative = relativeTo(start.path, place.path);
      if (matches(relative)) found.push(place);
      else if (place.type === 'directory' && mayHold(relative)) walk(place.path);
    }
  };
  walk(start.path);
  return found;
}

/** Which folders can hold a match: only a class matches a slash, so without one the parts match each by each. */
function folderFilter(pattern: string): (folder: string) => boolean {
  if (pattern.includes('[')) return () => true;
  const parts = pattern.split('/').slice(0, -1).map(filepathMatcher);
  return (folder) => {
    const names = folder.split('/');
    return names.length <= parts.length && names.every((name, index) => parts[index]?.(name));
  };
}

function withLinks(found: Resolved | undefined, start: Resolved): Resolved | undefined {
  return found && { ...found, links: [...start.links, ...found.links] };
}
