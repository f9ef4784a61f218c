export interface PromoteOptions {
  readonly tag: string | number;
  readonly variants?: readonly ('cpu' | 'gpu' | 'lite')[];
  readonly platforms?: readonly string[];
  readonly registry?: string;
  readonly buildArgs?: object | readonly string[];
  readonly overwrite?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}
