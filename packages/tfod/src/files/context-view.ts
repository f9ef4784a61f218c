import { readdirSync, readlinkSync, type Dirent } from 'node:fs';
import { join, posix } from 'node:path';
import { TfodError } from '../values/tfod-error';
import type { IgnoreMatcher } from './tree';

export type EntryType = 'file' | 'directory' | 'link' | 'special';

/** A path of the view, and what is there. */
export interface Place {
  readonly path: string;
  readonly type: EntryType;
}

/** What a path means once the links on the way are followed. */
export interface Resolved extends Place {
  /** The paths of the links that were followed. */
  readonly links: readonly string[];
}

const ROOT: Place = { path: '.', type: 'directory' };
/** As many links in one path as containerd follows before it speaks of a circle. */
const MOST_LINKS = 255;

/**
 * A folder as a builder sees it: without what is ignored, without a way out. Paths are POSIX and relative to the
 * folder, `.` is the folder itself. Folders are read once.
 */
export class ContextView {
  readonly #known = new Map<string, ReadonlyMap<string, Place>>();

  constructor(
    readonly root: string,
    private readonly ignore: IgnoreMatcher,
  ) {}

  /** What is in a folder, by name. */
  children(folder: string): ReadonlyMap<string, Place> {
    const known = this.#known.get(folder);
    if (known !== undefined) return known;
    const places = this.#read(folder).map(
      ({ name, ...kind }) => [name, { path: below(folder, name), ...kind }] as const,
    );
    const visible = new Map(places.filter(([, place]) => this.#isVisible(place)));
    this.#known.set(folder, visible);
    return visible;
  }

  /** Follows the links in a path, that at its end included; an absolute link starts at the root of the view. */
  resolve(path: string): Resolved | undefined {
    const links: string[] = [];
    let rest = path === '.' ? [] : path.split('/');
    let place: Place | undefined = ROOT;
    while (rest.length > 0) {
      const [name = '', ...others]: string[] = rest;
      place = place.type === 'directory' ? this.children(place.path).get(name) : undefined;
      if (place === undefined) return undefined;
      rest = others;
      if (place.type !== 'link') continue;
      links.push(place.path);
      if (links.length > MOST_LINKS) return undefined;
      const target = posix.resolve('/', posix.dirname(place.path), this.linkTarget(place.path));
      rest = [...target.split('/').filter((part) => part !== ''), ...others];
      place = ROOT;
    }
    return { ...place, links };
  }

  /** The text of a link, as it was written. */
  linkTarget(path: string): string {
    return readlinkSync(join(this.root, path));
  }

  /** Whether a folder holds the name, ignored or not. */
  isThere(folder: string, name: string): boolean {
    return this.#read(folder).some((entry) => entry.name === name);
  }

  #isVisible({ path, type }: Place): boolean {
    if (!this.ignore.ignores(path)) return true;
    if (type !== 'directory' || this.ignore.prunes(path)) return false;
    return this.children(path).size > 0;
  }

  #read(folder: string): readonly { readonly name: string; readonly type: EntryType }[] {
    try {
      const entries = readdirSync(join(this.root, folder), { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, type: typeOf(entry) }));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' && folder !== '.' && this.ignore.ignores(folder)) return [];
      throw code === 'EACCES' || code === 'EPERM' ? unreadable(join(this.root, folder), error) : error;
    }
  }
}

export function below(folder: string, name: string): string {
  return folder === '.' ? name : `${folder}/${name}`;
}

/** A path in a folder, from there. */
export function relativeTo(folder: string, path: string): string {
  return folder === '.' ? path : path.slice(folder.length + 1);
}

function typeOf(entry: Dirent): EntryType {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'special';
}

export function unreadable(path: string, cause: unknown): TfodError {
  return new TfodError(
    {
      code: 'SOURCE_UNREADABLE',
      what: 'A source of the build cannot be read',
      where: path,
      found: (cause as NodeJS.ErrnoException).code ?? String(cause),
      remedy: 'give yourself leave to read it, or leave it out by the .dockerignore',
    },
    { cause },
  );
}
