import { readFile } from 'node:fs/promises';

/** The text of a file, or an empty text when there is none. */
export async function readOptional(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}
