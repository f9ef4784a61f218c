import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { REQUIREMENTS, type ShippedLock } from '../../compat/shipped-locks';
import { pythonImage } from '../../compat/toolchain';
import { VARIANTS, type Variant } from '../../service/variant';
import { filesBelow, type ProjectFile } from '../project/files';
import { sealed } from '../project/seal';
import { fillPath } from '../project/template';
import { templateFiles } from '../project/template-files';

const TEMPLATES = join(__dirname, 'files', 'docker');
/** Templates that only a project with the variant has. */
const OF_VARIANT = {
  'tf.Dockerfile': ['cpu', 'lite'],
  'gpu.Dockerfile': ['gpu'],
  'lite.Dockerfile': ['lite'],
} as const;

/** What makes the images below those of services, with the versions of a set: docker/ and requirements/. */
export function chainFiles(variants: readonly Variant[], lock: ShippedLock): readonly ProjectFile[] {
  return [...dockerFiles(variants, lock), ...requirementFiles(variants, lock)];
}

/** The paths of what is installed in the images of variants. */
export function requirementPaths(variants: readonly Variant[]): readonly string[] {
  // The model of a lite image is prepared in the image of TensorFlow for CPUs.
  const needed = new Set(variants.flatMap((variant) => (variant === 'lite' ? ['cpu', variant] : [variant])));
  return VARIANTS.filter((variant) => needed.has(variant)).flatMap((variant) =>
    Object.values(REQUIREMENTS[variant]).map((name) => `requirements/${name}`),
  );
}

/** The paths of all that chainFiles may write. */
export const CHAIN_PATHS: readonly string[] = [
  ...filesBelow(TEMPLATES).map((source) => `docker/${fillPath(source, {})}`),
  ...requirementPaths(VARIANTS),
];

/** Whether an image is wrong where this file of a project is. */
export function isChainFile(path: string): boolean {
  return CHAIN_PATHS.includes(path);
}

function dockerFiles(variants: readonly Variant[], { python }: ShippedLock): readonly ProjectFile[] {
  return templateFiles(TEMPLATES, { pythonImage: pythonImage(python) })
    .filter(({ path }) => {
      const users: readonly Variant[] | undefined = OF_VARIANT[path as keyof typeof OF_VARIANT];
      return users === undefined || users.some((variant) => variants.includes(variant));
    })
    .map(({ path, content }) => ({ path: `docker/${path}`, content }));
}

function requirementFiles(variants: readonly Variant[], { folder }: ShippedLock): readonly ProjectFile[] {
  return sealed(
    requirementPaths(variants).map((path) => ({
      path,
      content: readFileSync(join(folder, posix.basename(path))),
    })),
  );
}
