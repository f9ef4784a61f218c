/** The options as Nx hands them over, defaults of the schema included. */
export interface InferOptions {
  readonly input?: string | readonly string[];
  readonly output?: string;
  readonly using?: 'container' | 'python';
  readonly engine?: 'local' | 'ray';
  readonly address?: string;
  readonly workers?: number;
  readonly variant?: 'cpu' | 'gpu' | 'lite';
  readonly minScore?: number;
  readonly maxDetections?: number;
  readonly annotate?: boolean;
  readonly resume?: boolean;
  readonly threads?: number;
  readonly allowFailures?: boolean;
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
}
