import { posix } from 'node:path';
import { nearestWord } from '../values/nearest-word';
import type { SourcePattern } from '../values/source-pattern';
import type { Problem } from '../values/tfod-error';
import type { ContextView, Resolved } from './context-view';

/** Why a path of a source leads nowhere, and what it might have meant. */
export function notFound(view: ContextView, path: string, source: SourcePattern): Problem {
  const { folder, name, missing } = firstMissing(view, path);
  return { ...missingSource(source), ...reasonFor(view, folder, name, missing) };
}

/** A plain path of `COPY --parents` that is not in its folder. */
export function nothingMatches(source: SourcePattern): Problem {
  return {
    ...missingSource(source),
    found: `nothing at ${source.only} in ${source.path}`,
    remedy: 'correct the path',
  };
}

/** Neither a file, a folder nor a link: an image has no use for it, and a build could not be repeated with it. */
export function special(path: string): Problem {
  return {
    code: 'SOURCE_SPECIAL',
    what: 'A source of the build is a socket, a pipe or a device',
    where: path,
    expected: 'files, folders and links',
    remedy: 'remove it, or leave it out by the .dockerignore',
  };
}

export function misnamed(path: string): Problem {
  return {
    code: 'SOURCE_NAME',
    what: 'The name of a source of the build is no UTF-8',
    where: path,
    remedy: 'rename it, or leave it out by the .dockerignore',
  };
}

interface Missing {
  /** The last folder, or what was found in its place. */
  readonly folder: Resolved;
  /** What is not in it. */
  readonly name: string;
  /** The path down to the name. */
  readonly missing: string;
}

function firstMissing(view: ContextView, path: string): Missing {
  const parts = path.split('/');
  const upTo = (end: number) => parts.slice(0, end).join('/') || '.';
  const index = parts.findIndex((_, at) => view.resolve(upTo(at + 1)) === undefined);
  const folder = view.resolve(upTo(index)) as Resolved;
  return { folder, name: parts[index] as string, missing: upTo(index + 1) };
}

function missingSource({ path, where }: SourcePattern) {
  return { code: 'SOURCE_NOT_FOUND', what: `The source ${path} is not there`, where };
}

function reasonFor(
  view: ContextView,
  folder: Resolved,
  name: string,
  missing: string,
): Pick<Problem, 'found' | 'remedy'> {
  if (folder.type !== 'directory') {
    return { found: `no folder at ${folder.path}`, remedy: 'correct the path' };
  }
  const siblings = view.children(folder.path);
  if (siblings.has(name)) {
    return { found: `a link at ${missing} that leads nowhere`, remedy: 'mend the link' };
  }
  if (view.isThere(folder.path, name)) {
    return {
      found: `${missing}, which the .dockerignore leaves out`,
      remedy: `take it back there with a line !${posix.join(folder.path, name)}`,
    };
  }
  const meant = nearestWord(name, [...siblings.keys()]);
  return {
    found: `nothing at ${missing}`,
    remedy: meant === undefined ? 'correct the path' : `did you mean ${posix.join(missing, '..', meant)}?`,
  };
}
