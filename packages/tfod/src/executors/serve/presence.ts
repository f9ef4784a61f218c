import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../../files/atomic-write';

/** What a server says of itself while it runs; other tasks read it. */
export interface Presence {
  readonly state: 'starting' | 'ready';
  readonly url: string;
  /** The process that runs the executor. */
  readonly pid: number;
}

/** Tells others of this server; the file lives as long as it does. */
export async function announce(file: string, presence: Presence): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(file, `${JSON.stringify(presence, null, 2)}\n`);
}

/** Takes the word back, unless another server has the file by now. */
export async function withdraw(file: string, pid: number): Promise<void> {
  if ((await readPresence(file))?.pid === pid) await rm(file, { force: true });
}

/** Who serves; undefined when nobody does, or its process is gone. */
export async function readPresence(file: string): Promise<Presence | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const presence = JSON.parse(text) as Presence;
  return isAlive(presence.pid) ? presence : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
