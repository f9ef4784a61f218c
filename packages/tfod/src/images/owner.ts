import { thisProcess as identityOfThis } from '../files/process-identity';
import { digestOf, hexOf } from '../values/digest';
import type { Owner } from './key';

const HOST_DIGITS = 8;
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** This process, as its temporary tags and folders name it. */
export function thisProcess(): Owner {
  const { pid, place } = identityOfThis();
  return { host: hexOf(digestOf(place)).slice(0, HOST_DIGITS), pid };
}

/**
 * Whether an owner was a process that this one would see and that has ended; of those of other machines and containers,
 * and of an earlier start of this machine, nothing is known.
 */
export function isGone(owner: Owner, self: Owner): boolean {
  if (owner.host !== self.host || owner.pid === self.pid) return false;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Whether nobody can still be at what was touched last then: no build takes a week. */
export function isLongAgo(touchedMs: number, nowMs: number): boolean {
  return touchedMs < nowMs - WEEK_MS;
}
