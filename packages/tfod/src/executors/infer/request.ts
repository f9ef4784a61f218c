import { join, posix, relative, resolve, sep } from 'node:path';
import type { ProjectRoots } from '../../images/projects';
import type { ImageOptions } from '../image-options';
import { SERVICE_FILE, type Service, type Variant } from '../../service/service';
import { TfodError } from '../../values/tfod-error';
import type { InferOptions } from './schema';

/** What is to be done, with every path absolute and every default in its place. */
export interface InferRequest {
  readonly workspaceRoot: string;
  readonly service: Service;
  /** All of the workspace. */
  readonly projects: ProjectRoots;
  /** How docker-build makes its images. */
  readonly imageOptions: ImageOptions;
  readonly runner: 'container' | 'python';
  /** What spreads the work over machines; undefined for this machine alone. */
  readonly ray: RayRequest | undefined;
  readonly variant: Variant;
  /** An image that is there already, to run instead of the service's own. */
  readonly image?: string;
  /** Another model of the service than the one that its image carries. */
  readonly model?: string;
  /** Folders, globs and files as they were written; the samples of the model when none were. */
  readonly inputs: readonly string[];
  readonly output: string;
  /** Undefined where the runtime's own default shall hold. */
  readonly minScore: number | undefined;
  readonly maxDetections: number | undefined;
  readonly annotate: boolean;
  readonly resume: boolean;
  /** Undefined for as many as there are cores. */
  readonly threads: number | undefined;
  readonly allowFailures: boolean;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly verbose: boolean;
}

/** How Ray is used. */
export interface RayRequest {
  /** Undefined for a cluster on this machine that ends with the run. */
  readonly address: string | undefined;
  readonly workers: number | undefined;
  /** Absolute, or the address of a store. */
  readonly inputs: readonly string[];
  readonly output: string;
}

/**
 * Brings the options into one form; throws VARIANT_NOT_THERE, RAY_NOT_IN_IMAGE and RAY_NOT_ASKED. Paths count from the
 * workspace root.
 */
export function inferRequest(
  workspaceRoot: string,
  service: Service,
  options: InferOptions,
  projects: ProjectRoots = new Map([[service.name, service.root]]),
  imageOptions: ImageOptions = {},
): InferRequest {
  return {
    workspaceRoot,
    service,
    projects,
    imageOptions,
    runner: options.using ?? 'container',
    variant: chosenVariant(service, options.variant),
    ray: rayOf(workspaceRoot, service, options),
    inputs: inputsOf(options.input, samplesOf(service)),
    output: resolve(workspaceRoot, options.output ?? join('dist', service.root, 'infer')),
    minScore: options.minScore,
    maxDetections: options.maxDetections,
    annotate: options.annotate ?? true,
    resume: options.resume ?? false,
    threads: options.threads,
    allowFailures: options.allowFailures ?? false,
    json: options.json ?? false,
    dryRun: options.dryRun ?? false,
    verbose: options.verbose ?? false,
  };
}

function samplesOf({ root, model }: Service): string {
  return join(root, 'models', model, 'samples');
}

function rayOf(workspaceRoot: string, service: Service, options: InferOptions): RayRequest | undefined {
  const { engine, using, address, workers, input, output } = options;
  if (engine !== 'ray') {
    if (address !== undefined || workers !== undefined) throw notAsked();
    return undefined;
  }
  if (using !== 'python') throw notInImage();
  const place = (path: string): string =>
    /^\w[\w+.-]*:\/\//.test(path) ? path : resolve(workspaceRoot, path);
  return {
    address,
    workers,
    inputs: inputsOf(input, samplesOf(service)).map(place),
    output: place(output ?? join('dist', service.root, 'infer-ray')),
  };
}

function notAsked(): TfodError {
  return new TfodError({
    code: 'RAY_NOT_ASKED',
    what: 'Only Ray has an address and workers',
    where: '--address, --workers',
    remedy: 'add --engine=ray --using=python, or leave them out',
  });
}

function notInImage(): TfodError {
  return new TfodError({
    code: 'RAY_NOT_IN_IMAGE',
    what: 'The images of a service carry no Ray',
    where: '--engine=ray',
    expected: '--using=python',
    remedy: 'add --using=python; on a cluster whose image has Ray, run the ray command of the service there',
  });
}

/** The folder for the results as seen from the workspace root. */
export function outputForPeople({ workspaceRoot, output }: InferRequest): string {
  return relative(workspaceRoot, output).split(sep).join(posix.sep) || '.';
}

/** The variant that was asked for, or the first; throws VARIANT_NOT_THERE. */
export function chosenVariant(service: Service, asked: Variant | undefined): Variant {
  const variant = asked ?? service.variants[0];
  if (variant !== undefined && service.variants.includes(variant)) return variant;
  throw new TfodError({
    code: 'VARIANT_NOT_THERE',
    what: `${service.name} has no ${variant} image`,
    where: `${service.root}/${SERVICE_FILE} "variants"`,
    expected: service.variants.join(' or '),
    found: `--variant=${variant}`,
    remedy: `leave --variant out, or run nx g tfod:service ${service.name} --directory=${service.root} --variants=${variant} and add it to the variants`,
  });
}

/** An array is taken word for word; in one text, commas separate, except within the braces of a glob. */
function inputsOf(written: string | readonly string[] | undefined, samples: string): readonly string[] {
  if (written === undefined || written.length === 0) return [samples];
  if (typeof written !== 'string') return written;
  const parts = written.split(/,(?![^{}]*\})/).map((part) => part.trim());
  return parts.filter((part) => part !== '');
}
