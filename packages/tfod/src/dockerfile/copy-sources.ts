import { posix } from 'node:path';
import { filepathMatcher, hasWildcard } from '../files/filepath-match';
import { parsePathPatterns } from '../files/path-patterns';
import type { SourcePattern } from '../values/source-pattern';
import { flagValue, flagValues, type Instruction } from './dockerfile';
import { heredocStart } from './heredocs';

/** The sources of a COPY or an ADD as they are written; a heredoc brings its content along. */
export function writtenSources({ words }: Instruction): readonly string[] {
  return words.slice(0, -1).filter((word) => heredocStart(word) === undefined);
}

/** What one source, its variables replaced, asks of the folder it is taken from. Throws BadPattern. */
export function copyPattern(source: string, instruction: Instruction, where: string): SourcePattern {
  const except = flagValues(instruction, 'exclude');
  const pivot = isSet(instruction, 'parents') ? splitAtPivot(source) : { folder: source };
  if (hasWildcard(pivot.folder)) filepathMatcher(pivot.folder);
  parsePathPatterns([...except, pivot.only ?? '']);
  return {
    path: fromRoot(pivot.folder),
    wildcard: true,
    ...(pivot.only !== undefined && { only: fromRoot(pivot.only) }),
    ...(except.length > 0 && { except }),
    where,
  };
}

/** The source of a bind mount, which may be a folder or a file and means itself. */
export function mountPattern(source: string, where: string): SourcePattern {
  return { path: fromRoot(source), wildcard: false, where };
}

export interface RemoteSource {
  readonly url: string;
  /** What fixes the content: a digest, or the commit of a git repository. */
  readonly checksum?: string;
}

/** The URL or git repository that a source of an ADD is, if it is one. */
export function remoteSource(source: string, instruction: Instruction): RemoteSource | undefined {
  const isRemote = /^(https?|git|ssh):\/\/|^[\w.-]+@[\w.-]+:/.test(source);
  if (instruction.keyword !== 'ADD' || !isRemote) return undefined;
  const checksum = flagValue(instruction, 'checksum') ?? commitIn(source);
  return checksum === undefined ? { url: source } : { url: source, checksum };
}

/** A git URL names a commit behind `#`, or as the value of `checksum`, `commit` or `ref` behind `?`. */
function commitIn(url: string): string | undefined {
  const isGit = !/^https?:/.test(url) || /\.git([?#]|$)/.test(url);
  const found = /[#&?](?:(?:checksum|commit|ref)=)?([0-9a-f]{40}|[0-9a-f]{64})(?=[:&#]|$)/i.exec(url);
  return isGit ? found?.[1] : undefined;
}

/** `folder/./pattern`; without a pivot, all of it is a pattern in the root. */
function splitAtPivot(source: string): { readonly folder: string; readonly only?: string } {
  const pivot = source.indexOf('/./');
  return pivot < 0
    ? { folder: '.', only: source }
    : { folder: source.slice(0, pivot), only: source.slice(pivot + '/./'.length) };
}

/** A path that stays below the root it is taken from, as Docker reads `../x` and `/x`. */
function fromRoot(path: string): string {
  const clean = posix.normalize(`/${path}`).replace(/^\/+|\/+$/g, '');
  return clean === '' ? '.' : clean;
}

function isSet(instruction: Instruction, flag: string): boolean {
  return instruction.flags.some(
    ({ name, value = 'true' }) => name === flag && value.toLowerCase() === 'true',
  );
}
