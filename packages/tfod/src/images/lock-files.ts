import { join } from 'node:path';
import { readText } from '../files/read-text';
import type { SourcePattern } from '../values/source-pattern';
import type { Problem } from '../values/tfod-error';

const LOCK_FILE = /^([^*?[\\]+\/)?requirements\/[^/*?[\\]+\.lock$/;
/** A pinned package and its hash, as pip wants both with --require-hashes. */
const LOCKED_PACKAGE = /^[A-Za-z0-9][^\s;]*==\S+[^]*?--hash=sha256:[0-9a-f]{64}/m;

/** Whether a source names one lock file, not a pattern that may match some. */
export function isLockFile({ path }: SourcePattern): boolean {
  return LOCK_FILE.test(path);
}

/** What is wrong with a lock file that a Dockerfile names. */
export async function checkLockFile(folder: string, source: SourcePattern): Promise<Problem[]> {
  const compile = `compile it from ${source.path.replace(/\.lock$/, '.in')}, for instance with uv pip compile --generate-hashes`;
  try {
    const text = await readText(join(folder, source.path));
    if (LOCKED_PACKAGE.test(text)) return [];
    return [
      {
        code: 'LOCK_MALFORMED',
        what: `${source.path} locks nothing`,
        where: source.where,
        expected: 'packages with == and --hash=sha256:…',
        found: text.trim() === '' ? 'an empty file' : `${JSON.stringify(text.trim().split('\n')[0])} and on`,
        remedy: compile,
      },
    ];
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
    return [
      {
        code: code === 'ENOENT' ? 'LOCK_MISSING' : 'LOCK_UNREADABLE',
        what: `The lock file ${source.path} ${code === 'ENOENT' ? 'is not there' : 'cannot be read'}`,
        where: source.where,
        found: code,
        remedy: code === 'ENOENT' ? `restore it, or ${compile}` : 'let the caller read the file',
      },
    ];
  }
}
