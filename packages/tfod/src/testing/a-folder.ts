import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a folder of a test holds at a path: text, bytes, a program, a link, or a folder with nothing in it. */
export type Content = string | Uint8Array | { program: string } | { link: string } | 'EMPTY FOLDER';

const made: string[] = [];
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A new folder outside of the checkout, in which these paths are made in the order given; gone after the tests. */
export function aFolder(contents: Readonly<Record<string, Content>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tfod-'));
  made.push(folder);
  for (const [path, content] of Object.entries(contents)) put(join(folder, path), content);
  return folder;
}

function put(path: string, content: Content): void {
  mkdirSync(dirname(path), { recursive: true });
  if (content === 'EMPTY FOLDER') mkdirSync(path);
  else if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(path, content);
  else if ('link' in content) symlinkSync(content.link, path);
  else {
    writeFileSync(path, content.program);
    chmodSync(path, 0o755 & ~process.umask());
  }
}
