// @ts-check
import { readFileSync } from 'node:fs';

/**
 * @typedef {{ pid: number, startTime: string, bootId: string }} ProcessIdentity
 * A pid alone may be used again by the kernel. With its start time (clock ticks since boot) and the id of the boot
 * it names one process for good.
 */

/**
 * @param {string} stat Contents of /proc/<pid>/stat. The command name in parentheses may itself hold spaces and
 *   parentheses, so fields are counted from the last one. See proc_pid_stat(5): `starttime` is field 22.
 * @returns {{ state: string, startTime: string } | undefined}
 */
export function parseStat(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[22 - 3]];
  return state && startTime ? { state, startTime } : undefined;
}

/**
 * @param {number} pid
 * @returns {ProcessIdentity | undefined} Undefined when there is no such process, or only its remains (a zombie).
 */
export function identify(pid) {
  const stat = parseStat(readIfThere(`/proc/${pid}/stat`) ?? '');
  if (!stat || stat.state === 'Z' || stat.state === 'X') return undefined;
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return { pid, startTime: stat.startTime, bootId };
}

/**
 * @param {ProcessIdentity} recorded
 * @returns {boolean} Whether that very process still runs.
 */
export function isRunning(recorded) {
  const found = identify(recorded.pid);
  return found?.startTime === recorded.startTime && found.bootId === recorded.bootId;
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
