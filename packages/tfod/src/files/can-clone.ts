import { constants } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether the file system of a folder copies files without room for a second one (btrfs, XFS, APFS). */
export async function canClone(folder: string): Promise<boolean> {
  const trial = await mkdtemp(join(folder, '.clone-')).catch(() => undefined);
  if (trial === undefined) return false;
  try {
    await writeFile(join(trial, 'a'), 'a');
    await copyFile(join(trial, 'a'), join(trial, 'b'), constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}
