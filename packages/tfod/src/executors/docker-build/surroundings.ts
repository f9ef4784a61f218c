import { dockerEngine } from '../../engine/docker';
import { imageMemory } from '../../engine/image-memory';
import { runCommand } from '../../engine/run-command';
import type { Engine } from '../../engine/engine';
import type { Machine } from '../../images/request';
import type { Registries } from '../../registry/registry';
import { print, report } from '../../screen/screen';
import type { DockerBuildOptions } from './schema';

/** What the executor touches; tests give their own. */
export interface Surroundings {
  readonly engine: Engine;
  /** Default: those that the environment leads to. */
  readonly registries?: Registries;
  readonly env: NodeJS.ProcessEnv;
  readonly print: (text: string) => void;
  readonly report: (line: string) => void;
  readonly wheelFolder?: string;
}

export const HERE: Surroundings = {
  engine: dockerEngine(runCommand, imageMemory(process.env)),
  env: process.env,
  print,
  report,
};

export const STOPPED = {
  code: 'BUILD_STOPPED',
  what: 'The build was stopped',
  remedy: 'run docker-build again; steps that were finished come from the cache',
};

/** With --json the standard output is the document's alone, and with --dryRun the shell's. */
export function machineOf(
  { json, dryRun, verbose }: Pick<DockerBuildOptions, 'json' | 'dryRun' | 'verbose'>,
  { engine, registries, env, wheelFolder, ...screen }: Surroundings,
  signal: AbortSignal,
): Machine {
  return {
    engine,
    env,
    report: json || dryRun ? screen.report : screen.print,
    verbose: verbose ?? false,
    signal,
    ...(registries && { registries }),
    ...(wheelFolder !== undefined && { wheelFolder }),
  };
}
