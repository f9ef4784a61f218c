import { join, posix, relative, resolve, sep } from 'node:path';
import type { ProjectRoots } from '../../images/projects';
import { SERVICE_FILE, type Service, type Variant } from '../../service/service';
import { TfodError } from '../../values/tfod-error';
import type { InferOptions } from './schema';

/** What is to be done, with every path absolute and every default in its place. */
export interface InferRequest {
  readonly workspaceRoot: string;
  readonly service: Service;
  /** All of the workspace. */
  readonly projects: ProjectRoots;
  readonly runner: 'container' | 'python';
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
  readonly allowFailures: boolean;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly verbose: boolean;
}

/** Brings the options into one form; throws VARIANT_NOT_THERE. Paths count from the workspace root. */
export function inferRequest(
  workspaceRoot: string,
  service: Service,
  options: InferOptions,
  projects: ProjectRoots = new Map([[service.name, service.root]]),
): InferRequest {
  return {
    workspaceRoot,
    service,
    projects,
    runner: options.using ?? 'container',
    variant: chosenVariant(service, options.variant),
    inputs: inputsOf(options.input, join(service.root, 'models', service.model, 'samples')),
    output: resolve(workspaceRoot, options.output ?? join('dist', service.root, 'infer')),
    minScore: options.minScore,
    maxDetections: options.maxDetections,
    annotate: options.annotate ?? true,
    allowFailures: options.allowFailures ?? false,
    json: options.json ?? false,
    dryRun: options.dryRun ?? false,
    verbose: options.verbose ?? false,
  };
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
