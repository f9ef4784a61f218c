import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import type { DockerBuildOptions } from './docker-build/schema';

const EXECUTOR = 'tfod:docker-build';
const LISTS = ['secrets', 'platforms'] as const;

/**
 * The options of docker-build that decide which image it is, and how and where it comes to be. What a build is to do
 * besides, such as to push, is for the one who asks.
 */
export type ImageOptions = Pick<
  DockerBuildOptions,
  'buildArgs' | 'registry' | 'builder' | 'frozenLock' | (typeof LISTS)[number]
>;

type Context = Pick<ExecutorContext, 'projectName' | 'projectsConfigurations' | 'configurationName'>;

/**
 * What the docker-build target of the project of a task says of its images, in the configuration of the task if the
 * target has it. Nx has merged the defaults into the targets.
 */
export function imageOptions(context: Context): ImageOptions {
  const { projectsConfigurations, projectName = '', configurationName = '' } = context;
  const target = buildTarget(projectsConfigurations.projects[projectName]?.targets ?? {});
  const { options, configurations = {}, defaultConfiguration = '' } = target ?? {};
  const chosen = configurations[configurationName] ?? configurations[defaultConfiguration];
  const { buildArgs, registry, builder, frozenLock, ...others }: DockerBuildOptions = {
    ...options,
    ...chosen,
  };
  return {
    ...(buildArgs !== undefined && { buildArgs }),
    ...(registry !== undefined && { registry }),
    ...(builder !== undefined && { builder }),
    ...(frozenLock !== undefined && { frozenLock }),
    ...Object.fromEntries(LISTS.flatMap((name) => (others[name] ? [[name, listOf(others[name])]] : []))),
  };
}

/** A project may have several: the one with the name that Nx is told by default, else the first. */
function buildTarget(
  targets: Readonly<Record<string, TargetConfiguration>>,
): TargetConfiguration | undefined {
  const all = Object.entries(targets).filter(([, { executor }]) => executor === EXECUTOR);
  const [, first] = all.find(([name]) => name === 'docker-build') ?? all[0] ?? [];
  return first;
}

/** A list may be written as one text; Nx parts it at its commas for the executor whose option it is. */
function listOf(written: string | readonly string[]): readonly string[] {
  return typeof written === 'string' ? written.split(',') : written;
}
