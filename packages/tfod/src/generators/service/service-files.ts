import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { offsetFromRoot } from '@nx/devkit';
import { REQUIREMENTS } from '../../compat/shipped-locks';
import { pythonImage } from '../../compat/toolchain';
import { SERVICE_FILE } from '../../service/service';
import type { ServicePlan } from './plan';
import { fillPath, fillText, type Substitutions } from './template';

/** A file of a service: its path from the project's folder, and all of its content. */
export interface ServiceFile {
  readonly path: string;
  readonly content: Buffer;
}

const TEMPLATES = join(__dirname, 'files');
const DEMO = join(__dirname, '..', '..', '..', 'demo');
const DEMO_MODEL = 'demo';

/** Templates that only a service with the variant has. */
const OF_VARIANT = { 'docker/tf.Dockerfile': 'cpu', 'docker/gpu.Dockerfile': 'gpu' } as const;

/**
 * Every file of the service but its project.json. The tfod.json comes first: should writing stop half-way, the
 * folder is known for a service, and running the generator again completes it.
 */
export function serviceFiles(plan: ServicePlan): readonly ServiceFile[] {
  return [settingsFile(plan), ...templateFiles(plan), ...requirementFiles(plan), ...modelFiles(plan)];
}

function settingsFile({ service }: ServicePlan): ServiceFile {
  const { root, variants, model, image, port } = service;
  const $schema = `${offsetFromRoot(root)}node_modules/tfod/schemas/tfod.schema.json`;
  const text = JSON.stringify({ $schema, variants, model, image, port }, null, 2);
  // One line for a list, as formatters have it.
  const list = `[${variants.map((variant) => JSON.stringify(variant)).join(', ')}]`;
  return { path: SERVICE_FILE, content: Buffer.from(`${text.replace(/\[[^\]]*\]/, list)}\n`) };
}

function templateFiles(plan: ServicePlan): readonly ServiceFile[] {
  const values = substitutions(plan);
  return filesBelow(TEMPLATES)
    .map((source) => ({ source, path: fillPath(source, values) }))
    .filter(({ path }) => {
      const variant = OF_VARIANT[path as keyof typeof OF_VARIANT];
      return variant === undefined || plan.service.variants.includes(variant);
    })
    .map(({ source, path }) => ({
      path,
      content: Buffer.from(fillText(readFileSync(join(TEMPLATES, source), 'utf8'), values)),
    }));
}

function substitutions({ name, service, lock, linuxDriver }: ServicePlan): Substitutions {
  return {
    name: name.project,
    module: name.module,
    root: service.root,
    model: service.model,
    image: service.image,
    port: String(service.port),
    variants: service.variants.join(' and '),
    tensorflow: lock.tensorflow,
    python: lock.python,
    pythonImage: pythonImage(lock.python),
    linuxDriver,
  };
}

function requirementFiles({ service, lock }: ServicePlan): readonly ServiceFile[] {
  return service.variants.flatMap((variant) =>
    Object.values(REQUIREMENTS[variant]).map((name) => ({
      path: `requirements/${name}`,
      content: readFileSync(join(lock.folder, name)),
    })),
  );
}

/** The demo model comes with the plugin; any other is put there by the one who asked for it. */
function modelFiles({ service }: ServicePlan): readonly ServiceFile[] {
  if (service.model !== DEMO_MODEL) return [];
  return filesBelow(DEMO).map((path) => ({
    path: `models/${DEMO_MODEL}/${path}`,
    content: readFileSync(join(DEMO, path)),
  }));
}

/**
 * The files below a folder, with forward slashes, in a fixed order. Caches of tools that looked at them are none:
 * a hidden file is spelled `__dot__` here.
 */
function filesBelow(folder: string, prefix = ''): readonly string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== '__pycache__')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(folder, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`],
    );
}
