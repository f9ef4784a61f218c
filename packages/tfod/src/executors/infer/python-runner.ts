import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { toolchainInUse } from '../../compat/toolchain-in-use';
import { REQUIREMENTS } from '../../compat/shipped-locks';
import { printable, type Command } from '../../engine/command';
import { cacheDir } from '../../files/cache-dir';
import { thisProcess } from '../../images/owner';
import { Problems } from '../../images/problems';
import { findRuntimeWheel } from '../../images/runtime-wheel';
import { withScratch } from '../../images/scratch';
import { modelFolder } from '../../models/read-model';
import { folderBelow } from '../../service/find-runtime';
import { TfodError } from '../../values/tfod-error';
import { detectArguments } from './detect-arguments';
import { pythonEntryPoint } from './entry-point';
import type { Picture } from './find-pictures';
import { findPython } from './find-python';
import { pictureList } from './picture-list';
import { outputForPeople, type InferRequest } from './request';
import type { Surroundings } from './surroundings';
import {
  ensureEnvironment,
  environmentCommands,
  findEnvironment,
  type Recipe,
  type Workshop,
} from './virtual-environment';

/** Looks at the pictures in a virtual environment made from the service's lock; the exit code of the runtime. */
export async function inferInPython(
  request: InferRequest,
  pictures: readonly Picture[],
  surroundings: Surroundings,
): Promise<number> {
  const cache = cacheDir(surroundings.env, surroundings.platform);
  const workshop = workshopOf(request, surroundings, join(cache, 'venvs'));
  const { entryPoint, recipe } = await gather(request, surroundings);
  if (request.dryRun) return dryRun(request, recipe, workshop, entryPoint, pictures, surroundings);
  const python = await ensureEnvironment(recipe, workshop);
  return withScratch(join(cache, 'infer'), thisProcess(), async (scratch) => {
    const list = join(scratch, 'pictures.jsonl');
    await writeFile(list, pictureList(pictures));
    await mkdir(request.output, { recursive: true });
    return run(request, detectCommand(request, python, entryPoint, list), surroundings);
  });
}

interface Ingredients {
  readonly entryPoint: readonly string[];
  readonly recipe: Recipe;
}

async function gather(request: InferRequest, surroundings: Surroundings): Promise<Ingredients> {
  const problems = new Problems();
  const entryPoint = await problems.attempt(() => entryPointOf(request));
  const recipe = await problems.attempt(() => recipeOf(request, surroundings));
  problems.throwAny();
  return { entryPoint, recipe } as Ingredients;
}

function workshopOf(request: InferRequest, surroundings: Surroundings, folder: string): Workshop {
  const { platform, run, report, signal } = surroundings;
  return { folder, platform, run, report, verbose: request.verbose, signal };
}

async function entryPointOf({ workspaceRoot, service }: InferRequest): Promise<readonly string[]> {
  const path = posix.join(service.root, 'Dockerfile');
  return pythonEntryPoint(await readText(workspaceRoot, path, 'DOCKERFILE_MISSING'), path);
}

async function recipeOf(
  request: InferRequest,
  { run, platform, wheelFolder }: Surroundings,
): Promise<Recipe> {
  const { workspaceRoot, projects, service, variant } = request;
  const folder = await folderBelow(service, { workspaceRoot, projects, variants: [variant] });
  const base = posix.join(folder, 'docker/base.Dockerfile');
  const lock = posix.join(folder, 'requirements', REQUIREMENTS[variant].lock);
  const baseDockerfile = await readText(workspaceRoot, base, 'DOCKERFILE_MISSING');
  await readText(workspaceRoot, lock, 'LOCK_MISSING');
  const { python } = toolchainInUse({ baseDockerfile, requirements: undefined });
  if (python === undefined) {
    throw new TfodError({
      code: 'PYTHON_UNKNOWN',
      what: 'The Python runner does not know which Python the service stands on',
      where: base,
      expected: 'FROM python:3.13-slim-trixie or the like',
      remedy: 'use --using=container',
    });
  }
  const wheels = await findRuntimeWheel(wheelFolder);
  const wheel = (await readdir(wheels)).find((name) => name.endsWith('.whl')) ?? '';
  return {
    python: await findPython(python, run, platform),
    lock: join(workspaceRoot, lock),
    wheel: join(wheels, wheel),
  };
}

function detectCommand(
  request: InferRequest,
  python: string,
  entryPoint: readonly string[],
  list: string,
): Command {
  const { workspaceRoot, service } = request;
  return {
    file: python,
    args: [...entryPoint, ...detectArguments(request, { list, output: outputForPeople(request) })],
    env: {
      PYTHONPATH: join(workspaceRoot, service.root, 'src'),
      // Bytecode beside the sources would count as a change of the service.
      PYTHONDONTWRITEBYTECODE: '1',
      TFOD_MODEL: modelFolder(workspaceRoot, service),
      // What an outer container says about itself is not true of this process.
      TFOD_IMAGE_REF: '',
    },
    cwd: workspaceRoot,
  };
}

async function dryRun(
  request: InferRequest,
  recipe: Recipe,
  workshop: Workshop,
  entryPoint: readonly string[],
  pictures: readonly Picture[],
  { print }: Surroundings,
): Promise<number> {
  const { key, python } = await findEnvironment(recipe, workshop);
  const list = join(workshop.folder, '..', 'infer', 'pictures.jsonl');
  const [create, ...install] = environmentCommands(recipe, join(workshop.folder, key), workshop.platform);
  if (python === undefined)
    for (const command of [create, ...install]) if (command) print(printable(command));
  print(`# ${list} gets a line for each of ${pictures.length} pictures, such as`);
  print(`# ${pictureList(pictures.slice(0, 1)).trim()}`);
  print(printable(detectCommand(request, python ?? install[0]?.file ?? '', entryPoint, list)));
  return 0;
}

async function run(
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

async function readText(workspaceRoot: string, path: string, code: string): Promise<string> {
  try {
    return await readFile(join(workspaceRoot, path), 'utf8');
  } catch (error) {
    throw new TfodError(
      {
        code,
        what: 'A file of the service cannot be read',
        where: path,
        found: (error as NodeJS.ErrnoException).code ?? String(error),
        remedy: 'restore it; nx g tfod:service writes what a service lacks',
      },
      { cause: error },
    );
  }
}
