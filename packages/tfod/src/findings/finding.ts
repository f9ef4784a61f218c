/** What is looked at, in the order in which one thing stands on another. */
export const STAGES = ['host', 'engine', 'image', 'framework', 'work', 'model'] as const;
export type Stage = (typeof STAGES)[number];

/** Who can mend it. */
export const OWNERS = ['host', 'engine', 'image', 'framework', 'model'] as const;
export type Owner = (typeof OWNERS)[number];

/** `warn`: it works here and may not elsewhere. `skip`: nobody looked, and `found` says why. */
export const STATUSES = ['pass', 'fail', 'warn', 'skip'] as const;
export type Status = (typeof STATUSES)[number];

/** One check's outcome; the same fields whoever made it, this package or the probe in the image. */
export interface Finding {
  /** `<stage>.<what was checked>`, lower-case words with hyphens. */
  readonly id: string;
  readonly stage: Stage;
  readonly owner: Owner;
  readonly status: Status;
  readonly found: string;
  readonly expected: string;
  /** The next step; empty when there is none to take. */
  readonly hint: string;
  /** The section that explains the check. */
  readonly docs: string;
  readonly seconds: number;
}
