import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printable, type Command } from '../../engine/command';
import { cacheDir } from '../../files/cache-dir';
import { thisProcess } from '../../images/owner';
import { withScratch } from '../../images/scratch';
import { TfodError } from '../../values/tfod-error';
import { detectArguments } from './detect-arguments';
import type { Picture } from './find-pictures';
import { makeOutputFolder } from './output-folder';
import { pictureList } from './picture-list';
import { pythonCommand, pythonService, workshopOf, type PythonService } from './python-service';
import { outputForPeople, type InferRequest } from './request';
import { ensureServiceEnvironment, planServiceEnvironment } from './service-environment';
import type { Surroundings } from './surroundings';
import type { Workshop } from './virtual-environment';

/** Looks at the pictures in a virtual environment made from the service's lock; the exit code of the runtime. */
export async function inferInPython(
  request: InferRequest,
  pictures: readonly Picture[],
  surroundings: Surroundings,
): Promise<number> {
  const cache = cacheDir(surroundings.env, surroundings.platform);
  const workshop = workshopOf(request, surroundings, join(cache, 'venvs'));
  const service = await pythonService(request, surroundings);
  if (request.dryRun) return dryRun(request, service, workshop, pictures, surroundings);
  await makeOutputFolder(request.output);
  const python = await ensureServiceEnvironment(request, service, workshop, surroundings);
  return withScratch(join(cache, 'infer'), thisProcess(), async (scratch) => {
    const list = join(scratch, 'pictures.jsonl');
    await writeFile(list, pictureList(pictures));
    return runPython(request, detectCommand(request, service, python, list), surroundings);
  });
}

function detectCommand(request: InferRequest, service: PythonService, python: string, list: string): Command {
  const args = detectArguments(request, { list, output: outputForPeople(request) });
  return pythonCommand(request, python, service, args);
}

async function dryRun(
  request: InferRequest,
  service: PythonService,
  workshop: Workshop,
  pictures: readonly Picture[],
  { print }: Surroundings,
): Promise<number> {
  const { commands, python } = await planServiceEnvironment(request, service, workshop);
  const list = join(workshop.folder, '..', 'infer', 'pictures.jsonl');
  for (const command of commands) print(printable(command));
  print(`# ${list} gets a line for each of ${pictures.length} pictures, such as`);
  print(`# ${pictureList(pictures.slice(0, 1)).trim()}`);
  print(printable(detectCommand(request, service, python, list)));
  return 0;
}

/** Runs a command of the service's Python to its end; its exit code. */
export async function runPython(
  request: InferRequest,
  command: Command,
  { run, print, report, signal }: Surroundings,
): Promise<number> {
  if (request.verbose) report(printable(command));
  const ran = await run(command, {
    signal,
    onLine: (line, stream) => (stream === 'stdout' ? print(line) : report(line)),
  });
  if (ran.code !== null) return ran.code;
  throw new TfodError({
    code: 'PYTHON_KILLED',
    what: 'Python was killed, most likely because memory was short',
    found: String(ran.signal),
    remedy: 'free memory, or use a machine with more of it',
  });
}
