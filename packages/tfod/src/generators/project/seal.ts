import { digestOf } from '../../values/digest';
import type { ProjectFile } from './files';
import { withoutCr } from './line-ends';

const SEAL = /(?<=^|\n)# As generated, with \S+: sha256:[0-9a-f]{64}\n?$/;

/**
 * The files with a last line in each lock that holds the sha256 of the rest of it and of its `.in`: by it the two are
 * known for unedited, whichever version of the plugin wrote them.
 */
export function sealed(files: readonly ProjectFile[]): readonly ProjectFile[] {
  const contents = new Map(files.map(({ path, content }) => [path, content.toString()]));
  return files.map(({ path, content }) => {
    const wishes = isLock(path) ? contents.get(inOf(path)) : undefined;
    if (wishes === undefined) return { path, content };
    return { path, content: Buffer.from(withSeal(path, content.toString(), wishes)) };
  });
}

/** Whether a lock, or the `.in` of one, is as its seal says. */
export function isSealed(path: string, read: (path: string) => Buffer | undefined): boolean {
  const lock = isLock(path) ? path : path.replace(/\.in$/, '.lock');
  const [text, wishes] = [lock, inOf(lock)].map((file) => withoutCr(read(file)?.toString() ?? ''));
  if (!isLock(lock) || !text || !wishes) return false;
  return text === withSeal(lock, withoutSeal(lock, text), wishes);
}

/** A text of LF alone without its seal, if it has one. */
export function withoutSeal(path: string, text: string): string {
  return isLock(path) ? text.replace(SEAL, '') : text;
}

function withSeal(path: string, text: string, wishes: string): string {
  return `${text}# As generated, with ${inOf(path).split('/').at(-1)}: ${digestOf(text + wishes)}\n`;
}

function isLock(path: string): boolean {
  return path.endsWith('.lock');
}

function inOf(lock: string): string {
  return lock.replace(/\.lock$/, '.in');
}
