import { readFileSync } from 'node:fs';

/**
 * The text of a small file; rejects with what the file system says. It does not wait: a plan reads hundreds of
 * small files, and waiting for each takes longer than reading it.
 */
export async function readText(path: string): Promise<string> {
  return readFileSync(path, 'utf8');
}
