import { readText } from '../files/read-text';

/** The text of a file, or an empty text when there is none. */
export async function readOptional(path: string): Promise<string> {
  return readText(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}
