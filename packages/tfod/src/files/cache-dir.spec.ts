import { cacheDir } from './cache-dir';

describe('cacheDir', () => {
  it.each<[NodeJS.Platform, NodeJS.ProcessEnv, string]>([
    ['linux', { HOME: '/home/a' }, '/home/a/.cache/tfod'],
    ['linux', { HOME: '/home/a', XDG_CACHE_HOME: '/var/cache/a' }, '/var/cache/a/tfod'],
    ['linux', { HOME: '/home/a', XDG_CACHE_HOME: 'relative' }, '/home/a/.cache/tfod'],
    ['darwin', { HOME: '/Users/a', XDG_CACHE_HOME: '/x' }, '/Users/a/Library/Caches/tfod'],
    ['win32', { LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' }, 'C:\\Users\\a\\AppData\\Local\\tfod'],
    ['win32', { USERPROFILE: 'C:\\Users\\a' }, 'C:\\Users\\a\\AppData\\Local\\tfod'],
    ['linux', { HOME: '/home/a', TFOD_CACHE_DIR: '/big/disk' }, '/big/disk'],
    ['linux', { HOME: '/home/a', TFOD_CACHE_DIR: '' }, '/home/a/.cache/tfod'],
  ])('on %s with %j', (platform, env, expected) => {
    expect(cacheDir(env, platform)).toBe(expected);
  });

  it('says what to set when nothing tells where the home is', () => {
    expect(() => cacheDir({}, 'linux')).toThrow(expect.objectContaining({ code: 'CACHE_DIR_UNKNOWN' }));
  });
});
