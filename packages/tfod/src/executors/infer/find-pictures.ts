import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { TfodError, type Problem } from '../../values/tfod-error';
import { filesBelow } from './files-below';
import { escapedName, isUnreadableName } from './unreadable-name';

/** A picture to look at. */
export interface Picture {
  /** Where its bytes are: absolute, and no link. */
  readonly path: string;
  /** What the outputs call it: relative with forward slashes, and unique. */
  readonly name: string;
  /** The folder that was named or searched, absolute and no link; the picture is not always below it. */
  readonly base: string;
}

/** File names that end like this are taken for pictures when a folder is searched; the runtime has the same list. */
export const PICTURE_SUFFIXES: ReadonlySet<string> = new Set(
  '.jpg .jpeg .jpe .jfif .png .apng .webp .gif .bmp .tif .tiff .ppm .pgm .pbm .pnm'.split(' '),
);

/** Of names that are all wrong in the same way. */
const SHOWN_NAMES = 10;

/**
 * The pictures that the inputs name, sorted by name. A folder stands for every picture file in it at any depth,
 * hidden ones left out, linked folders too; a glob for the files it matches; a file for itself, whatever its suffix. A
 * picture that is named twice is taken once. `leaveOut` is a folder of earlier results, which are no pictures to look at
 * unless they are asked for by name.
 * Throws INPUT_NOT_FOUND, INPUT_UNREADABLE, INPUT_EMPTY and INPUT_NAME_NOT_UTF8, for every input at fault.
 */
export async function findPictures(
  workspaceRoot: string,
  inputs: readonly string[],
  leaveOut: string,
): Promise<readonly Picture[]> {
  const leftOut = await realpath(leaveOut).catch(() => leaveOut);
  const expanded = await Promise.all(inputs.map((input) => expand(workspaceRoot, input, leftOut)));
  const all = expanded.flatMap((result) => ('pictures' in result ? result.pictures : []));
  const problems = [
    ...expanded.flatMap((result) => ('problem' in result ? [result.problem] : [])),
    ...(await unreadableNames(all)),
  ];
  if (problems.length > 0) throw new TfodError(problems);
  const named = new Map<string, Picture>();
  for (const found of all) {
    const picture = { ...found, path: await realpath(found.path), base: await realpath(found.base) };
    if (!named.has(picture.path)) named.set(picture.path, picture);
  }
  return withUniqueNames([...named.values()]);
}

type Expanded = { readonly pictures: readonly Picture[] } | { readonly problem: Problem };

async function expand(workspaceRoot: string, input: string, leaveOut: string): Promise<Expanded> {
  const path = resolve(workspaceRoot, input);
  try {
    const pictures = await picturesOf(path, input, leaveOut);
    if (pictures === undefined) return { problem: notFound(input, path) };
    return pictures.length > 0 ? { pictures } : { problem: empty(input) };
  } catch (error) {
    const { code, path: where } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { problem: unreadable(where ?? input, code) };
  }
}

/** Undefined when there is nothing of that name. */
async function picturesOf(
  path: string,
  input: string,
  leaveOut: string,
): Promise<readonly Picture[] | undefined> {
  const facts = await stat(path).catch(unlessMissing);
  if (facts?.isDirectory()) {
    const { files, closed } = await filesBelow(path, leaveOut);
    // What cannot be opened goes along, to be told of with the pictures that cannot.
    return [...files.filter(looksLikePicture), ...closed].map((file) => pictureIn(path, file));
  }
  if (facts !== undefined) return [{ path, name: basename(path), base: dirname(path) }];
  if (!isDynamicPattern(input)) return undefined;
  const base = await fixedPart(path);
  const pattern = relative(base, path).split(sep).join(posix.sep);
  const matches = await glob(pattern, { cwd: base, absolute: true, expandDirectories: false });
  const files = await without(
    leaveOut,
    base,
    matches.map((match) => resolve(match)),
  );
  return files.map((file) => pictureIn(base, file));
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}

function pictureIn(base: string, path: string): Picture {
  return { path, name: relative(base, path).split(sep).join(posix.sep), base };
}

/** The files that do not lie in a folder, unless the pattern that they match asks for it by name. */
async function without(leaveOut: string, base: string, files: readonly string[]): Promise<readonly string[]> {
  if (isInside(await realpath(base), leaveOut)) return files;
  const folders = [...new Set(files.map((file) => dirname(file)))];
  const reals = await Promise.all(folders.map((folder) => realpath(folder)));
  const inside = new Set(folders.filter((_, at) => isInside(reals[at] ?? '', leaveOut)));
  return files.filter((file) => !inside.has(dirname(file)));
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}${sep}`);
}

function looksLikePicture(path: string): boolean {
  return PICTURE_SUFFIXES.has(extname(path).toLowerCase());
}

/** The folders before the first wildcard; `cam (1)` looks like one, and is none where there is such a folder. */
async function fixedPart(pattern: string): Promise<string> {
  const parts = pattern.split(sep);
  let count = 1;
  for (; count < parts.length; count++) {
    if (!isDynamicPattern(parts[count] ?? '')) continue;
    const facts = await stat(parts.slice(0, count + 1).join(sep)).catch(() => undefined);
    if (facts === undefined) break;
  }
  return parts.slice(0, count).join(sep) || sep;
}

/** Sorted by name; of two names that are the same, the later one gets a number: `a.jpg`, `a-2.jpg`. */
function withUniqueNames(pictures: readonly Picture[]): readonly Picture[] {
  const taken = new Set<string>();
  const following = new Map<string, number>();
  const inOrder = [...pictures].sort((a, b) => compare(a.name, b.name) || compare(a.path, b.path));
  return inOrder
    .map((picture) => {
      const { dir, name, ext } = posix.parse(picture.name);
      let candidate = picture.name;
      let number = following.get(picture.name) ?? 2;
      for (; taken.has(candidate); number++) candidate = posix.join(dir, `${name}-${number}${ext}`);
      following.set(picture.name, number);
      taken.add(candidate);
      return { ...picture, name: candidate };
    })
    .sort((a, b) => compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function unreadableNames(pictures: readonly Picture[]): Promise<Problem[]> {
  const paths = new Set<string>();
  for (const { path } of pictures) if (await isUnreadableName(path)) paths.add(path);
  if (paths.size === 0) return [];
  const shown = [...paths].slice(0, SHOWN_NAMES).map(escapedPath);
  const more = paths.size > SHOWN_NAMES ? [`and ${paths.size - SHOWN_NAMES} more`] : [];
  return [
    {
      code: 'INPUT_NAME_NOT_UTF8',
      what: 'Names of files are not UTF-8, so the files cannot be opened',
      found: [...(await Promise.all(shown)), ...more].join('\n            '),
      remedy: 'rename them; `convmv -r -f latin1 -t utf8 FOLDER` shows how all of a folder would be called',
    },
  ];
}

async function escapedPath(path: string): Promise<string> {
  return join(dirname(path), await escapedName(path));
}

function notFound(input: string, path: string): Problem {
  return {
    code: 'INPUT_NOT_FOUND',
    what: 'There is no such file or folder',
    where: isAbsolute(input) ? input : `${input} (${path})`,
    expected: 'a folder, a glob or a file; a path counts from the workspace root',
    remedy: 'name other pictures with --input',
  };
}

function empty(input: string): Problem {
  return {
    code: 'INPUT_EMPTY',
    what: 'No picture was found there',
    where: input,
    expected: `files that end in ${[...PICTURE_SUFFIXES].join(' ')}`,
    remedy: 'name another --input; a single file may end as it likes',
  };
}

function unreadable(where: string, code: string): Problem {
  return {
    code: 'INPUT_UNREADABLE',
    what: 'The pictures cannot be looked for',
    where,
    found: code,
    remedy: 'let this user read the folder',
  };
}
