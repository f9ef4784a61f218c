import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Service } from '../../service/service';
import { VARIANTS, type Variant } from '../../service/variant';
import { parseTag } from '../../values/image-ref';
import { TfodError } from '../../values/tfod-error';
import { readTag } from '../../executors/docker-build/options';
import { cleanPath, directoryProblems } from '../project/options';
import { fillPath, fillText, type Substitutions } from '../project/template';
import type { DeployOptions } from './schema';

/** A file that the manifests come in, from the workspace root. */
export interface Manifest {
  readonly path: string;
  readonly text: string;
}

const TEMPLATES = join(__dirname, 'files');
const NAMES = [
  'kubernetes/deployment.yaml',
  'kubernetes/service.yaml',
  'kubernetes/bulk-job.yaml',
  'kserve/inference-service.yaml',
] as const;
const REPLICAS = 2;
const SHARDS = 8;
const CPUS = 2;
const MEMORY: Readonly<Record<Variant, string>> = { cpu: '2Gi', gpu: '8Gi', lite: '1Gi' };
const ONE_GPU = "\n__indent__nvidia.com/gpu: '1'";

/** The manifests of a service, from its tfod.json and what was asked; throws VARIANT_NOT_THERE and others. */
export function planManifests(service: Service, options: DeployOptions): readonly Manifest[] {
  const variant = variantOf(service, options.variant);
  const directory = directoryOf(service, options.directory);
  const values: Substitutions = {
    name: service.name,
    image: `${service.image}:${tagOf(variant, options.tag)}`,
    port: String(service.port),
    replicas: String(options.replicas ?? REPLICAS),
    shards: String(options.shards ?? SHARDS),
    cpus: String(CPUS),
    memory: MEMORY[variant],
    gpuLimit: variant === 'gpu' ? ONE_GPU : '',
  };
  return NAMES.map((name) => ({
    path: posix.join(directory, fillPath(name, values)),
    text: indented(fillText(readFileSync(join(TEMPLATES, `${name}.template`), 'utf8'), values)),
  }));
}

/** A line that follows another one stands below its start. */
function indented(text: string): string {
  return text.replace(/^( *)(.*)\n__indent__/gm, '$1$2\n$1');
}

function variantOf(service: Service, asked: Variant | undefined): Variant {
  const variant = asked ?? service.variants[0];
  if (variant !== undefined && service.variants.includes(variant)) return variant;
  throw new TfodError({
    code: 'VARIANT_NOT_THERE',
    what: `${service.name} has no such image`,
    where: '--variant',
    expected: service.variants.join(' or '),
    found: String(variant ?? VARIANTS),
    remedy: 'leave --variant out, or add the variant to the service first',
  });
}

function directoryOf(service: Service, asked: string | undefined): string {
  if (asked === undefined) return posix.join(service.root, 'deploy');
  const directory = cleanPath(asked);
  const problems = directoryProblems(directory, 'deploy');
  if (problems.length > 0) throw new TfodError(problems);
  return directory;
}

function tagOf(variant: Variant, asked: string | number | undefined): string {
  return asked === undefined
    ? variant
    : parseTag(`${readTag(asked, '--tag', '"generators" in nx.json')}-${variant}`);
}
