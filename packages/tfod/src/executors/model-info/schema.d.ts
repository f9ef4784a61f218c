/** The options as Nx hands them over, defaults of the schema included. */
export interface ModelInfoOptions {
  readonly model?: string;
  readonly using?: 'container' | 'python';
  readonly variant?: 'cpu' | 'gpu' | 'lite';
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
}
