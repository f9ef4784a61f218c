import { join, resolve } from 'node:path';
import type { ProjectRoots } from '../../images/projects';
import type { Service } from '../../service/service';
import type { ImageOptions } from '../image-options';
import { inferRequest, type InferRequest } from '../infer/request';
import type { EvaluateOptions } from './schema';

/** What is to be done, with every path absolute and every default in its place. */
export interface EvaluateRequest {
  readonly workspaceRoot: string;
  readonly service: Service;
  readonly annotations: string;
  readonly images: string;
  /** 0 to 1; undefined where nothing is demanded. */
  readonly minMap: number | undefined;
  readonly against: string | undefined;
  readonly iouType: string;
  readonly minScore: number;
  readonly output: string;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly verbose: boolean;
  /** How the service detects: everything it finds, however unsure, up to what COCO's figures count. */
  readonly detecting: InferRequest;
}

/** COCO's figures count the best hundred detections of a picture. */
const MAX_DETECTIONS = 100;

/** Brings the options into one form; throws VARIANT_NOT_THERE. Paths count from the workspace root. */
export function evaluateRequest(
  workspaceRoot: string,
  service: Service,
  options: EvaluateOptions,
  projects: ProjectRoots = new Map([[service.name, service.root]]),
  imageOptions: ImageOptions = {},
): EvaluateRequest {
  const output = resolve(workspaceRoot, options.output ?? join('dist', service.root, 'evaluate'));
  const { json = false, dryRun = false, verbose = false, using, variant } = options;
  return {
    workspaceRoot,
    service,
    annotations: resolve(workspaceRoot, options.annotations),
    images: resolve(workspaceRoot, options.images),
    minMap: options.minMap,
    against: options.against,
    iouType: options.iouType ?? 'bbox',
    minScore: options.minScore ?? 0.5,
    output,
    json,
    dryRun,
    verbose,
    detecting: inferRequest(
      workspaceRoot,
      service,
      {
        input: [options.images],
        output: join(output, 'detections'),
        ...(using && { using }),
        ...(variant && { variant }),
        minScore: 0,
        maxDetections: MAX_DETECTIONS,
        annotate: false,
        json: true,
        dryRun,
        verbose,
      },
      projects,
      imageOptions,
    ),
  };
}
