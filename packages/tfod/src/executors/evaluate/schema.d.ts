/** The options as Nx hands them over, defaults of the schema included. */
export interface EvaluateOptions {
  readonly annotations: string;
  readonly images: string;
  readonly minMap?: number;
  readonly against?: string;
  readonly iouType?: 'bbox' | 'segm' | 'keypoints';
  readonly minScore?: number;
  readonly output?: string;
  readonly using?: 'container' | 'python';
  readonly variant?: 'cpu' | 'gpu' | 'lite';
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
}
