export interface ModelOptions {
  /** A number when it comes from the command line. */
  readonly name?: string | number;
  readonly project?: string;
  readonly source?: string;
  readonly sha256?: string;
  readonly labels?: string;
  readonly labelOffset?: number;
  readonly weights?: 'vendored' | 'fetched';
  readonly default?: boolean;
  readonly licence?: string;
  readonly maxGigabytes?: number;
  readonly list?: boolean;
}
