import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** What Node puts where bytes of a name are no UTF-8; such a name leads nowhere. */
const REPLACEMENT = '\uFFFD';

/** Whether a path that was found in a folder cannot be opened, because its name is not UTF-8. */
export async function isUnreadableName(path: string): Promise<boolean> {
  if (!basename(path).includes(REPLACEMENT)) return false;
  return lstat(path).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === 'ENOENT',
  );
}

/** The same name as its folder has it, with bytes that are no ASCII as a shell writes them: `caf\xe9.jpg`. */
export async function escapedName(path: string): Promise<string> {
  const names = await readdir(dirname(path), { encoding: 'buffer' });
  const bytes = names.find((name) => name.toString() === basename(path)) ?? Buffer.from(basename(path));
  return [...bytes].map(escapedByte).join('');
}

function escapedByte(byte: number): string {
  const isPlain = byte >= 0x20 && byte < 0x7f;
  return isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}
