import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** One process for good: a pid alone may be used again. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Among which processes the pid counts; equal for all that see each other. */
  readonly place: string;
  /** In clock ticks since the machine started; empty where the system does not tell. */
  readonly started: string;
}

/** `unknown`: a process of another machine or container, or one whose pid may have been used again. */
export type Life = 'lives' | 'ended' | 'unknown';

/** This process. */
export function thisProcess(): ProcessIdentity {
  const host = hostname();
  const started = statOf(process.pid)?.started ?? '';
  return { pid: process.pid, host, place: placeOf(host), started };
}

/** Whether that very process still runs, as far as `self` can tell. */
export function lifeOf({ pid, place, started }: ProcessIdentity, self: ProcessIdentity): Life {
  if (place !== self.place) return 'unknown';
  if (isGone(pid)) return 'ended';
  const stat = statOf(pid);
  if (stat === undefined || started === '') return 'unknown';
  return stat.started === started && !'ZX'.includes(stat.state) ? 'lives' : 'ended';
}

/** The boot of the machine and, since containers count their processes apart, the namespace of the pids. */
function placeOf(host: string): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return host;
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/**
 * proc_pid_stat(5): the state is field 3 and the start time field 22. The name in parentheses may itself hold
 * spaces and parentheses, so fields are counted from the last one.
 */
function statOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, started] = [fields[3 - 3], fields[22 - 3]];
    return state && started ? { state, started } : undefined;
  } catch {
    return undefined;
  }
}
