export interface DeployOptions {
  readonly project: string;
  readonly tag?: string;
  readonly variant?: 'cpu' | 'gpu' | 'lite';
  readonly directory?: string;
  readonly replicas?: number;
  readonly shards?: number;
}
