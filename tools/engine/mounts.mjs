// @ts-check
import { readFileSync } from 'node:fs';
import { probe } from './commands.mjs';

/**
 * @param {string} mountinfo Contents of /proc/self/mountinfo: the fifth field is the mount point, in which white space and
 *   backslashes are octal escapes. See proc_pid_mountinfo(5).
 * @param {string} folder
 * @returns {string[]} The mount points below the folder, the last mounted first.
 */
export function mountsBelow(mountinfo, folder) {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((field) =>
      field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((point) => point.startsWith(`${folder}/`))
    .reverse();
}

/**
 * Unmounts what a daemon that was killed left mounted, so that the folder can be removed. The kernel may still be closing
 * what the daemon had open there: then the place is free now, and the rest goes when that has ended.
 *
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 */
export async function unmountBelow(folder, env) {
  for (const point of mountsBelow(readFileSync('/proc/self/mountinfo', 'utf8'), folder)) {
    const { code } = await probe(['umount', point], { env });
    if (code !== 0) await probe(['umount', '--lazy', point], { env });
  }
}
