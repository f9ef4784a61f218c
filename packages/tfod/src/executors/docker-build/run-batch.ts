import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { ensureAll } from '../../images/ensure-images';
import { SKIPPED } from '../../images/not-built';
import { planServices } from '../../images/plan-service';
import type { ImagesRequest, Machine } from '../../images/request';
import { TfodError } from '../../values/tfod-error';
import { stopSignal } from '../until-stopped';
import { answerBuilt, answerLooked, JUST_LOOKING, requestOf, type Answer } from './answer';
import { othersOnlyLook } from './asked-to-look';
import { BatchResults, type BatchResult } from './batch-results';
import { looksOnly, writeOutputs, type Looked } from './look';
import type { DockerBuildOptions } from './schema';
import { machineOf, STOPPED, type Surroundings } from './surroundings';

export type BatchContext = Pick<
  ExecutorContext,
  'root' | 'projectsConfigurations' | 'isVerbose' | 'taskGraph'
>;

/** A task of Nx and what it asks for. */
interface Asked {
  readonly task: string;
  readonly request: ImagesRequest;
  readonly options: DockerBuildOptions;
}

/** Carries out all tasks of a batch; an outcome comes as soon as it is known. */
export async function* runBatch(
  taskGraph: TaskGraph,
  optionsByTask: Readonly<Record<string, DockerBuildOptions>>,
  context: BatchContext,
  surroundings: Surroundings,
): AsyncGenerator<BatchResult> {
  const results = new BatchResults(taskGraph);
  const { signal, release } = stopSignal(STOPPED);
  try {
    const asked: Asked[] = [];
    for (const each of await Promise.all(read(taskGraph, optionsByTask, context, surroundings.env))) {
      if ('request' in each) asked.push(each);
      else yield* results.add(each.task, each.answer);
    }
    const machine = machineOf(common(asked, surroundings.env, context), surroundings, signal);
    for await (const { task, answer } of answers(asked, machine)) yield* results.add(task, answer);
  } catch (error) {
    // Whoever throws here takes the outcome of every task with it.
    yield* results.addAll(answerOf(error));
  } finally {
    release();
  }
}

interface Answered {
  readonly task: string;
  readonly answer: Answer;
}

function read(
  { tasks }: TaskGraph,
  optionsByTask: Readonly<Record<string, DockerBuildOptions>>,
  context: BatchContext,
  env: NodeJS.ProcessEnv,
): Promise<Asked | Answered>[] {
  return Object.entries(tasks).map(async ([task, { target }]) => {
    const [projectName, targetName] = [target.project, target.target];
    if (othersOnlyLook({ ...context, projectName, targetName })) {
      return { task, answer: { success: true, text: '' } };
    }
    try {
      const options = optionsByTask[task] ?? {};
      return { task, options, request: await requestOf(projectName, options, context, env) };
    } catch (error) {
      return { task, answer: answerOf(error) };
    }
  });
}

async function* answers(asked: readonly Asked[], machine: Machine): AsyncGenerator<Answered> {
  const looking = asked.filter(({ options }) => looksOnly(options));
  for (const dryRun of [false, true]) {
    yield* lookAt(
      looking.filter(({ options }) => (options.dryRun ?? false) === dryRun),
      machine,
      !dryRun,
    );
  }
  const building = asked.filter(({ options }) => !looksOnly(options));
  const byRequest = new Map(building.map((each) => [each.request, each]));
  for await (const ensured of ensureAll([...byRequest.keys()], machine)) {
    const { task, options } = byRequest.get(ensured.request) as Asked;
    yield {
      task,
      answer: 'error' in ensured ? answerOf(ensured.error) : answerBuilt(ensured.receipt, options),
    };
  }
}

async function* lookAt(
  asked: readonly Asked[],
  machine: Machine,
  needsEngine: boolean,
): AsyncGenerator<Answered> {
  if (asked.length === 0) return;
  const outcomes = await planServices(
    asked.map(({ request }) => request),
    machine,
    { ...JUST_LOOKING, needsEngine },
  );
  const looked = new Map<string, Looked>();
  for (const [at, { task, options }] of asked.entries()) {
    const outcome = outcomes[at];
    if (outcome === undefined || 'error' in outcome) yield { task, answer: answerOf(outcome?.error) };
    else looked.set(task, { planned: outcome, options });
  }
  await writeOutputs([...looked.values()]);
  for (const [task, each] of looked) yield { task, answer: answerLooked(each, machine) };
}

/** The lines of progress are common to all tasks. Nx tells a batch of --verbose by the environment alone. */
function common(
  asked: readonly Asked[],
  env: NodeJS.ProcessEnv,
  { isVerbose }: BatchContext,
): Pick<DockerBuildOptions, 'json' | 'dryRun' | 'verbose'> {
  const is = (name: 'json' | 'dryRun' | 'verbose'): boolean =>
    asked.some(({ options }) => options[name] ?? false);
  return {
    json: is('json'),
    dryRun: is('dryRun'),
    verbose: is('verbose') || isVerbose || env['NX_VERBOSE_LOGGING'] === 'true',
  };
}

function answerOf(error: unknown): Answer {
  if (!(error instanceof TfodError)) return { success: false, text: (error as Error).stack ?? String(error) };
  const isSkipped = error.problems.every(({ code }) => code === SKIPPED);
  return { success: false, text: error.message, ...(isSkipped && { isSkipped }) };
}
