import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import type { Surroundings } from './inputs';
import type { Outline } from './outline';
import { TARGETS, type PluginSettings, type TargetKey } from './plugin-options';

/** Where the pins of external images stand, for the whole workspace. */
const PINS = '{workspaceRoot}/tfod.lock.json';

interface Recipe {
  readonly description: string;
  /** Undefined where nothing is written. */
  readonly output?: string;
  readonly example: Readonly<Record<string, unknown>>;
}

const RECIPES: Readonly<Record<TargetKey, Recipe>> = {
  dockerBuild: {
    description: 'Builds what is missing of the image chain and writes the receipt',
    output: '{workspaceRoot}/dist/{projectRoot}/images.json',
    example: { options: { plan: true } },
  },
  infer: {
    description: "Detects objects in pictures, by default in the model's samples",
    output: '{workspaceRoot}/dist/{projectRoot}/infer',
    example: { options: { input: 'pictures/*.jpg' } },
  },
  gpuVerify: {
    description: 'Proves that the GPU image computes on a GPU, or names the first cause why it does not',
    output: '{workspaceRoot}/dist/{projectRoot}/gpu-verify.json',
    example: { options: { mode: 'static' } },
  },
  serve: {
    description: 'Answers pictures over HTTP until it is stopped',
    example: { options: { port: 9000 } },
  },
  serveReady: {
    description: 'Waits until serve is ready, for tasks that need it',
    example: { options: { readySeconds: 300 } },
  },
  modelInfo: {
    description: 'Tells what the model is: signature, classes, sizes, what its input wants, a first latency',
    example: { options: { json: true } },
  },
  evaluate: {
    description: "Measures the detections in annotated pictures by COCO's rules",
    output: '{workspaceRoot}/dist/{projectRoot}/evaluate',
    example: { options: { annotations: 'truth/annotations.json', images: 'truth/pictures', minMap: 0.4 } },
  },
  promote: {
    description: 'Gives the images that the registry has of this tree the names of a release',
    output: '{workspaceRoot}/dist/{projectRoot}/promotion.json',
    example: { options: { tag: '1.4.0' } },
  },
};

/** The named input of Nx that stands for all files of this workspace that a project's images are made from. */
export const IMAGE_INPUTS = 'tfodImages';

/** What is known of a service or a runtime besides its name. */
export interface AboutService extends Surroundings {
  readonly outline: Outline;
}

/**
 * What Nx is told of one service or runtime; on its tfod.json depends only which targets it has. What is the same for
 * all targets is said once: Nx merges, keeps and sends every word of it, for each project in each command.
 */
export function projectOf(
  name: string,
  root: string,
  settings: PluginSettings,
  about: AboutService,
): ProjectConfiguration {
  const keys = (Object.keys(TARGETS) as TargetKey[]).filter((key) => hasTarget(key, about.outline));
  return {
    name,
    root,
    // Without externalDependencies every bump of an npm package would count as a change of each service.
    namedInputs: {
      [IMAGE_INPUTS]: ['{projectRoot}/**/*', ...about.inputs, PINS, { externalDependencies: [] }],
    },
    // Not `docker`: `nx release` takes what has that technology for something of @nx/docker.
    metadata: { technologies: ['tensorflow'] },
    targets: Object.fromEntries(
      keys.map((key) => [settings[key].name, targetOf(name, key, settings, about.imagesOf)]),
    ),
  };
}

/** gpu-verify has no place where the file clearly has no such variant; what is unclear its executor tells. */
function hasTarget(key: TargetKey, { isRuntime, variants }: Outline): boolean {
  if (isRuntime) return key === 'dockerBuild' || key === 'promote';
  return key !== 'gpuVerify' || variants === undefined || variants.includes('gpu');
}

function targetOf(
  project: string,
  key: TargetKey,
  settings: PluginSettings,
  imagesOf: AboutService['imagesOf'],
): TargetConfiguration {
  const { name, options, configurations } = settings[key];
  const { description, output, example } = RECIPES[key];
  return {
    executor: `tfod:${TARGETS[key]}`,
    // A hit of Nx's cache would restore a success without an image behind it.
    cache: false,
    inputs: [IMAGE_INPUTS],
    ...(key === 'dockerBuild' &&
      imagesOf.length > 0 && { dependsOn: [{ projects: [...imagesOf], target: name }] }),
    // Nx knows it from 21 on, and starts what depends on it at once: serve-ready is what waits. Where it is not said,
    // Nx reads the schema of the executor, for each target of each service, in each command.
    continuous: key === 'serve',
    ...(key === 'serveReady' && { dependsOn: [settings.serve.name] }),
    ...(output !== undefined && { outputs: [output] }),
    ...(options && { options }),
    ...(configurations && { configurations }),
    metadata: {
      description,
      help: { command: `npx nx run ${project}:${name} --help`, example },
    },
  };
}
