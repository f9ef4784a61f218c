import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { TfodError } from '../../values/tfod-error';

/** Makes a folder for results, which may be there; throws OUTPUT_NOT_WRITABLE. */
export async function makeOutputFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (error) {
    throw new TfodError(
      {
        code: 'OUTPUT_NOT_WRITABLE',
        what: 'The results cannot be written there',
        where: path,
        expected: 'a folder of this user, or a place where this user can make one',
        found: (error as NodeJS.ErrnoException).code ?? String(error),
        remedy: 'name another --output',
      },
      { cause: error },
    );
  }
}
