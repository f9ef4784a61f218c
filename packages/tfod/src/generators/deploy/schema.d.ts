export interface DeployOptions {
  readonly project: string;
  /** A number when it comes from the command line. */
  readonly tag?: string | number;
  readonly variant?: 'cpu' | 'gpu' | 'lite';
  readonly directory?: string;
  readonly replicas?: number;
  readonly shards?: number;
}
