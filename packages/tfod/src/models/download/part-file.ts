import { constants } from 'node:fs';
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { writeFileAtomic } from '../../files/atomic-write';

/** What a part is the beginning of, so that it can be continued. */
export interface Whole {
  readonly url: string;
  /** A strong ETag or a date: what the server calls these bytes, so that no others are put behind them. */
  readonly validator: string;
  /** Bytes of the whole, when the server said so. */
  readonly total?: number;
}

/** The beginning of a file that is on its way, which outlives the process that fetches it. */
export class PartFile {
  /** From how many answers it was put together. */
  pieces: number;

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    public length: number,
    public whole: Whole | undefined,
  ) {
    this.pieces = length > 0 ? 1 : 0;
  }

  /** Continues what lies there if it belongs to the address. */
  static async open(path: string, url: string): Promise<PartFile> {
    const whole = await readWhole(`${path}.json`);
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    if (whole?.url !== url) await file.truncate(0);
    const { size } = await file.stat();
    return new PartFile(path, file, size, size > 0 ? whole : undefined);
  }

  /** Forgets what is there; what follows is the beginning of this. */
  async restart(whole: Whole | undefined): Promise<void> {
    await rm(`${this.path}.json`, { force: true });
    await this.file.truncate(0);
    this.length = 0;
    this.pieces = 0;
    this.whole = whole;
    if (whole) await writeFileAtomic(`${this.path}.json`, JSON.stringify(whole));
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, at, bytes.length - at, this.length);
      at += bytesWritten;
      this.length += bytesWritten;
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  /** Takes the file away to where it is wanted; it must have been closed. */
  async moveTo(target: string): Promise<void> {
    await rename(this.path, target);
    await rm(`${this.path}.json`, { force: true });
  }
}

async function readWhole(path: string): Promise<Whole | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Whole;
  } catch {
    return undefined; // never written, or cut short: the part cannot be continued
  }
}
