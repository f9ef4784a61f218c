export interface DeployOptions {
  readonly project: string;
  readonly tag?: string;
  readonly variant?: 'cpu' | 'gpu';
  readonly directory?: string;
  readonly replicas?: number;
  readonly shards?: number;
}
