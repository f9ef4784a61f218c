/** The options as Nx hands them over, defaults of the schema included. */
export interface ServeOptions {
  readonly port?: number;
  readonly host?: string;
  readonly using?: 'container' | 'python';
  readonly variant?: 'cpu' | 'gpu' | 'lite';
  readonly minScore?: number;
  readonly workers?: number;
  readonly readySeconds?: number;
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
}
