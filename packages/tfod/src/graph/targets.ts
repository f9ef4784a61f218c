import type { TargetConfiguration } from '@nx/devkit';
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

/** What is known of a service or a runtime besides its name. */
export interface AboutService extends Surroundings {
  readonly outline: Outline;
}

/** The targets of one service or runtime; on its tfod.json depends only which of them it has. */
export function targetsOf(
  project: string,
  settings: PluginSettings,
  about: AboutService,
): Readonly<Record<string, TargetConfiguration>> {
  const keys = (Object.keys(TARGETS) as TargetKey[]).filter((key) => hasTarget(key, about.outline));
  return Object.fromEntries(keys.map((key) => [settings[key].name, targetOf(project, key, settings, about)]));
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
  { inputs, imagesOf }: AboutService,
): TargetConfiguration {
  const { name, options, configurations } = settings[key];
  const { description, output, example } = RECIPES[key];
  return {
    executor: `tfod:${TARGETS[key]}`,
    // A hit of Nx's cache would restore a success without an image behind it.
    cache: false,
    // Without externalDependencies every bump of an npm package would count as a change of each service.
    inputs: ['{projectRoot}/**/*', ...inputs, PINS, { externalDependencies: [] }],
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
      // Not `docker`: `nx release` takes each target of that technology for one of @nx/docker.
      technologies: ['tensorflow'],
      description,
      help: { command: `npx nx run ${project}:${name} --help`, example },
    },
  };
}
