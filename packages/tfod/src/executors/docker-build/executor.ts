import type { ExecutorContext } from '@nx/devkit';
import { dockerEngine } from '../../engine/docker';
import type { Engine } from '../../engine/engine';
import { printable } from '../../engine/command';
import { buildCommands } from '../../images/build-commands';
import { carryOut, planToBuild } from '../../images/ensure-images';
import { isDone } from '../../images/plan';
import { planService } from '../../images/plan-service';
import { formatDocument } from '../../images/receipt';
import type { ImagesRequest, Machine } from '../../images/request';
import type { Registries } from '../../registry/registry';
import { readTfodProject } from '../../service/read-service';
import { TfodError } from '../../values/tfod-error';
import { projectRoots } from '../project-roots';
import { untilStopped } from '../until-stopped';
import { othersOnlyLook } from './asked-to-look';
import { look, looksOnly } from './look';
import { imagesRequest } from './options';
import type { DockerBuildOptions } from './schema';
import { receiptTable } from './tables';

/** What the executor touches; tests give their own. */
export interface Surroundings {
  readonly engine: Engine;
  /** Default: those that the environment leads to. */
  readonly registries?: Registries;
  readonly env: NodeJS.ProcessEnv;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly wheelFolder?: string;
}

const HERE: Surroundings = {
  engine: dockerEngine(),
  env: process.env,
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
};

const STOPPED = {
  code: 'BUILD_STOPPED',
  what: 'The build was stopped',
  remedy: 'run docker-build again; steps that were finished come from the cache',
};

type Context = Pick<ExecutorContext, 'root' | 'projectName' | 'projectsConfigurations' | 'isVerbose'> &
  Pick<ExecutorContext, 'targetName' | 'taskGraph'>;

/** Builds what is missing of a service's images and writes the receipt. */
export default async function dockerBuild(
  options: DockerBuildOptions,
  context: Context,
  surroundings: Surroundings = HERE,
): Promise<{ success: boolean }> {
  if (othersOnlyLook(context)) return { success: true };
  try {
    const name = context.projectName ?? '';
    const root = context.projectsConfigurations.projects[name]?.root ?? '';
    const service = await readTfodProject(context.root, { name, root });
    const request = {
      ...imagesRequest(context.root, service, surroundings.env, options),
      projects: projectRoots(context),
    };
    // Nx takes --verbose on its own command line for itself.
    const verbose = (options.verbose ?? false) || context.isVerbose;
    return await untilStopped(STOPPED, (signal) =>
      answer(request, options, machineOf({ ...options, verbose }, surroundings, signal), surroundings.out),
    );
  } catch (error) {
    if (!(error instanceof TfodError)) throw error;
    surroundings.err(error.message);
    return { success: false };
  }
}

/** Nothing is written, and nothing is fetched; the registry is asked, for the plan depends on it. */
const JUST_LOOKING = { writesPins: false, fetchesWeights: false, asksRegistry: true };

async function answer(
  request: ImagesRequest,
  options: DockerBuildOptions,
  machine: Machine,
  out: (text: string) => void,
): Promise<{ success: boolean }> {
  const onlyLooks = looksOnly(options);
  const planned = onlyLooks
    ? await planService(request, machine, { ...JUST_LOOKING, needsEngine: !options.dryRun })
    : await planToBuild(request, machine);
  const done = isDone(planned.plan);
  if (options.dryRun) {
    const commands = buildCommands(planned, machine.engine.commands);
    out(commands.length === 0 ? '# nothing to do' : commands.map(printable).join('\n'));
    return { success: true };
  }
  if (onlyLooks) {
    out(await look(planned, options));
    return { success: done || !options.check };
  }
  const receipt = await carryOut(planned, machine);
  out(options.json ? formatDocument(receipt).trimEnd() : receiptTable(receipt));
  return { success: true };
}

/** With --json the standard output is the document's alone, and with --dryRun the shell's. */
function machineOf(
  { json, dryRun, verbose }: DockerBuildOptions,
  { engine, registries, env, out, err, wheelFolder }: Surroundings,
  signal: AbortSignal,
): Machine {
  return {
    engine,
    env,
    report: json || dryRun ? err : out,
    verbose: verbose ?? false,
    signal,
    ...(registries && { registries }),
    ...(wheelFolder !== undefined && { wheelFolder }),
  };
}
