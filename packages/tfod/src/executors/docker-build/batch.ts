import type { TaskGraph } from '@nx/devkit';
// All of @nx/devkit takes longer to load than a plan takes to make.
import { version as NX_VERSION } from '@nx/devkit/package.json';
import { askAhead } from '../../engine/ask-ahead';
import { KEY_LABEL } from '../../images/labels';
import type { BatchResult } from './batch-results';
import type { BatchContext } from './run-batch';
import type { DockerBuildOptions } from './schema';
import { HERE, type Surroundings } from './surroundings';

/**
 * What docker-build is for one service, for all services of an Nx run: one plan and one build, in which each task has
 * its own options, receipt and outcome. What goes wrong with one service is no matter of those that do not stand on it.
 */
export default async function* dockerBuildBatch(
  taskGraph: TaskGraph,
  optionsByTask: Readonly<Record<string, DockerBuildOptions>>,
  _overrides: unknown,
  context: BatchContext,
  surroundings: Surroundings = { ...HERE, engine: askAhead(HERE.engine, KEY_LABEL) },
  nxVersion: string = NX_VERSION,
): AsyncGenerator<BatchResult, void, undefined> {
  // Loaded while the engine answers.
  const { runBatch } = await import('./run-batch');
  for await (const each of runBatch(taskGraph, optionsByTask, context, surroundings)) {
    if (Number.parseInt(nxVersion) < PRINTS_RESULTS) tell(each, surroundings);
    yield each;
  }
}

/** The first Nx that prints what it hears of the tasks of a batch. */
const PRINTS_RESULTS = 22;

function tell({ task, result }: BatchResult, { print }: Surroundings): void {
  if (result.terminalOutput !== '') print(`\n> nx run ${task}\n\n${result.terminalOutput}`);
}
