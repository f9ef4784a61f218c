import { join } from 'node:path';
import { printable, type Command } from '../../engine/command';
import { TfodError } from '../../values/tfod-error';
import { prepareCommand } from './prepared-model';
import type { PythonRequest, PythonService } from './python-service';
import type { Surroundings } from './surroundings';
import {
  ensureEnvironment,
  environmentCommands,
  findEnvironment,
  type Recipe,
  type Workshop,
} from './virtual-environment';

/**
 * The Python of a service's environment, which is made unless it is there. Where that has no TensorFlow, the model is
 * converted by an environment that has. Throws VENV_FAILED, MODEL_NOT_LITE.
 */
export async function ensureServiceEnvironment(
  request: PythonRequest,
  { recipe, preparer, prepared }: PythonService,
  workshop: Workshop,
  { run, report, signal }: Surroundings,
): Promise<string> {
  const python = await ensureEnvironment(recipe, workshop);
  if (preparer === undefined) return python;
  const tensorflow = await ensureEnvironment(preparer, workshop);
  const command = prepareCommand(prepared, tensorflow, python, request.workspaceRoot);
  if (request.verbose) report(printable(command));
  const { code, stderr } = await run(command, { signal, onLine: (line) => report(line) });
  if (code !== 0) throw notLite(request, stderr);
  return python;
}

/** The commands that would make the environment, and the Python that it has or would have. */
export async function planServiceEnvironment(
  request: PythonRequest,
  { recipe, preparer, prepared }: PythonService,
  workshop: Workshop,
): Promise<{ readonly commands: readonly Command[]; readonly python: string }> {
  const runner = await planEnvironment(recipe, workshop);
  if (preparer === undefined) return runner;
  const { commands, python } = await planEnvironment(preparer, workshop);
  const prepare = prepareCommand(prepared, python, runner.python, request.workspaceRoot);
  return { commands: [...runner.commands, ...commands, prepare], python: runner.python };
}

async function planEnvironment(recipe: Recipe, workshop: Workshop) {
  const { key, python } = await findEnvironment(recipe, workshop);
  if (python !== undefined) return { commands: [], python };
  const commands = environmentCommands(recipe, join(workshop.folder, key), workshop.platform);
  return { commands, python: commands.at(-1)?.file ?? '' };
}

function notLite({ service }: PythonRequest, stderr: string): TfodError {
  return new TfodError({
    code: 'MODEL_NOT_LITE',
    what: 'The model was not converted for LiteRT',
    where: service.root,
    found: stderr.trim().split('\n').slice(0, 8).join('\n            ') || 'no reason',
    remedy: 'use --variant=cpu, whose TensorFlow runs the model as it is',
  });
}
