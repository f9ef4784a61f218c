export interface PruneOptions {
  readonly apply?: boolean;
  readonly olderThan?: string;
  readonly branches?: readonly string[];
  readonly includeUnknown?: boolean;
  readonly json?: boolean;
}
