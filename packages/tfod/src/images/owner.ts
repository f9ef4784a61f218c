import { hostname } from 'node:os';
import { digestOf, hexOf } from '../values/digest';
import type { Owner } from './key';

const HOST_DIGITS = 8;

/** This process, as its temporary tags and folders name it. */
export function thisProcess(): Owner {
  return { host: hexOf(digestOf(hostname())).slice(0, HOST_DIGITS), pid: process.pid };
}

/** Whether an owner was a process of this machine that has ended; of other machines nothing is known. */
export function isGone(owner: Owner, self: Owner): boolean {
  if (owner.host !== self.host || owner.pid === self.pid) return false;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
