import { posix, win32 } from 'node:path';
import { TfodError } from '../values/tfod-error';

/**
 * Where tfod keeps what it can make again: TFOD_CACHE_DIR, else the platform's cache folder (XDG base directory
 * specification, Apple's Library/Caches, Windows' LOCALAPPDATA) with `tfod` below it. Makes nothing.
 */
export function cacheDir(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const own = env['TFOD_CACHE_DIR'];
  if (own) return own;
  switch (platform) {
    case 'win32':
      return win32.join(
        env['LOCALAPPDATA'] || win32.join(home(env, 'USERPROFILE'), 'AppData', 'Local'),
        'tfod',
      );
    case 'darwin':
      return posix.join(home(env, 'HOME'), 'Library', 'Caches', 'tfod');
    default:
      return posix.join(xdgCache(env), 'tfod');
  }
}

/** The same for what may as well not be kept: undefined where there is no such folder. */
export function cacheDirIfAny(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  try {
    return cacheDir(env, platform);
  } catch (error) {
    if (error instanceof TfodError) return undefined;
    throw error;
  }
}

/** This user, or this file system, allows no writing there. */
const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']);

/**
 * Writes what there is no doing without to a folder of the cache. Throws CACHE_DIR_NOT_WRITABLE when nothing may be
 * written there, and whatever else the work throws.
 */
export async function mustWrite<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!NOT_WRITABLE.has(code)) throw error;
    throw new TfodError(
      {
        code: 'CACHE_DIR_NOT_WRITABLE',
        what: 'Nothing can be written to the cache folder',
        where: folder,
        expected: 'a folder that this user may write to',
        found: code,
        remedy: 'set TFOD_CACHE_DIR to a folder that can be written',
      },
      { cause: error },
    );
  }
}

/** The specification tells to ignore a relative path. */
function xdgCache(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_CACHE_HOME'] ?? '';
  return posix.isAbsolute(xdg) ? xdg : posix.join(home(env, 'HOME'), '.cache');
}

function home(env: NodeJS.ProcessEnv, name: 'HOME' | 'USERPROFILE'): string {
  const folder = env[name];
  if (folder) return folder;
  throw new TfodError({
    code: 'CACHE_DIR_UNKNOWN',
    what: 'There is no folder to keep caches in',
    expected: `${name} or TFOD_CACHE_DIR in the environment`,
    found: 'neither',
    remedy: 'set TFOD_CACHE_DIR to a folder that can be written',
  });
}
