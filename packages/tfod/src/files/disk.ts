import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Room on the file system that a folder is on, in bytes. */
export interface Disk {
  /** For this user. */
  readonly availableBytes: number;
  /** For root, which may use what is kept back for it. */
  readonly freeBytes: number;
}

/** Of the nearest folder above that is there; undefined where the system does not tell. */
export async function diskOf(folder: string): Promise<Disk | undefined> {
  try {
    const { bavail, bfree, bsize, blocks } = await statfs(folder);
    // File systems without a size of their own say that they have no blocks.
    return blocks === 0 ? undefined : { availableBytes: bavail * bsize, freeBytes: bfree * bsize };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing && dirname(folder) !== folder ? diskOf(dirname(folder)) : undefined;
  }
}
