import { readFile, rm } from 'node:fs/promises';
import { writeFileAtomic } from '../../files/atomic-write';

/** What a server says of itself while it runs; other tasks read it. */
export interface Presence {
  readonly state: 'starting' | 'ready';
  readonly url: string;
  /** The process that runs the executor. */
  readonly pid: number;
}

/** What a server tells others of itself. The newest server of a service has the file; a living one gets it back. */
export class Announcement {
  /** The server that had the file before. */
  #other: Presence | undefined;

  constructor(
    private readonly file: string,
    private readonly server: Pick<Presence, 'url' | 'pid'>,
  ) {}

  async say(state: Presence['state']): Promise<void> {
    const there = await readPresence(this.file);
    if (there && there.pid !== this.server.pid) this.#other = there;
    await write(this.file, { state, ...this.server });
  }

  /** Takes the word back, unless another server has the file by now. */
  async withdraw(): Promise<void> {
    if ((await readPresence(this.file))?.pid !== this.server.pid) return;
    if (this.#other && isAlive(this.#other.pid)) await write(this.file, this.#other);
    else await rm(this.file, { force: true });
  }
}

function write(file: string, presence: Presence): Promise<void> {
  return writeFileAtomic(file, `${JSON.stringify(presence, null, 2)}\n`);
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
