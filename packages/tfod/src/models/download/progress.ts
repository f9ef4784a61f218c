/** Where progress is shown. */
export interface Screen {
  readonly write: (text: string) => void;
  /** Whether a line can be written over. */
  readonly isTty: boolean;
}

const QUIET_MS = 2000;
const TTY_MS = 200;
const PLAIN_MS = 10_000;
const CLEAR = '\r\u001b[K';

/** Says how far a transfer is: nothing for a short one, one line that changes on a terminal, few lines elsewhere. */
export class Progress {
  readonly #startMs: number;
  #shownMs: number | undefined;
  #startBytes: number | undefined;

  constructor(
    private readonly what: string,
    private readonly screen: Screen,
    private readonly now: () => number,
  ) {
    this.#startMs = now();
  }

  /** `bytes` of `total` are there; those that were there at the first call were not transferred now. */
  show(bytes: number, total: number | undefined): void {
    this.#startBytes ??= bytes;
    const nowMs = this.now();
    const since = nowMs - (this.#shownMs ?? this.#startMs);
    const pause = this.#shownMs === undefined ? QUIET_MS : this.screen.isTty ? TTY_MS : PLAIN_MS;
    if (since < pause) return;
    this.#shownMs = nowMs;
    const line = this.#line(bytes, total, (nowMs - this.#startMs) / 1000);
    this.screen.write(this.screen.isTty ? `${CLEAR}${line}` : `${line}\n`);
  }

  /** A line of its own, such as why something is done again. */
  note(text: string): void {
    this.screen.write(`${this.screen.isTty ? CLEAR : ''}${this.what}: ${text}\n`);
  }

  /** Leaves a terminal as it was, and one last line elsewhere if there was one before. */
  end(bytes: number): void {
    if (this.#shownMs === undefined) return;
    const seconds = (this.now() - this.#startMs) / 1000;
    this.screen.write(
      this.screen.isTty ? CLEAR : `${this.what}: ${formatBytes(bytes)} in ${Math.round(seconds)} s\n`,
    );
  }

  #line(bytes: number, total: number | undefined, seconds: number): string {
    const rate = (bytes - (this.#startBytes ?? 0)) / seconds;
    const speed = `${formatBytes(rate)}/s`;
    if (total === undefined) return `${this.what}: ${formatBytes(bytes)}, ${speed}`;
    const left = rate > 0 ? `, ${formatSeconds((total - bytes) / rate)} left` : '';
    const share = total === 0 ? 100 : Math.floor((100 * bytes) / total);
    return `${this.what}: ${share} % of ${formatBytes(total)}, ${speed}${left}`;
  }
}

/** With three digits, in units of a thousand as file managers have them. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toPrecision(3)} ${units[power]}`;
}

function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
