import { isAbsolute, join } from 'node:path';
import { TfodError } from '../values/tfod-error';

/**
 * Where tfod keeps what it can make again: TFOD_CACHE_DIR, else the platform's cache folder (XDG base directory
 * specification, Apple's Library/Caches, Windows' LOCALAPPDATA) with `tfod` below it. Makes nothing.
 */
export function cacheDir(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const own = env['TFOD_CACHE_DIR'];
  return own === undefined || own === '' ? join(platformCache(env, platform), 'tfod') : own;
}

function platformCache(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  switch (platform) {
    case 'win32':
      return env['LOCALAPPDATA'] ?? join(home(env, 'USERPROFILE'), 'AppData', 'Local');
    case 'darwin':
      return join(home(env, 'HOME'), 'Library', 'Caches');
    default: {
      // The specification tells to ignore a relative path.
      const xdg = env['XDG_CACHE_HOME'];
      return xdg !== undefined && isAbsolute(xdg) ? xdg : join(home(env, 'HOME'), '.cache');
    }
  }
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
