/** The options as Nx hands them over, defaults of the schema included. */
export interface GpuVerifyOptions {
  readonly mode?: 'gpu' | 'static';
  readonly requireGpus?: number;
  readonly gpuTargets?: readonly string[];
  readonly driver?: string | number;
  readonly picture?: string;
  readonly junit?: string;
  readonly json?: boolean;
  readonly print?: 'k8s';
  readonly dryRun?: boolean;
  readonly timeout?: number;
  readonly verbose?: boolean;
}
