import { readFile, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { toolchainInUse } from '../../compat/toolchain-in-use';
import { REQUIREMENTS } from '../../compat/shipped-locks';
import type { Command } from '../../engine/command';
import { cacheDir } from '../../files/cache-dir';
import { Problems } from '../../images/problems';
import { findRuntimeWheel } from '../../images/runtime-wheel';
import { modelFolder } from '../../models/read-model';
import { folderBelow } from '../../service/find-runtime';
import type { Variant } from '../../service/variant';
import { TfodError } from '../../values/tfod-error';
import { pythonEntryPoint } from './entry-point';
import { findPython } from './find-python';
import { preparedModel, type PreparedModel } from './prepared-model';
import type { InferRequest } from './request';
import type { Surroundings } from './surroundings';
import type { Recipe, Workshop } from './virtual-environment';

/** Which service, and which of its locks. */
export type PythonRequest = Pick<
  InferRequest,
  'workspaceRoot' | 'projects' | 'service' | 'variant' | 'verbose' | 'model'
>;

/** How a service is started by Python, and what it wants to be installed. */
export interface PythonService {
  readonly entryPoint: readonly string[];
  readonly recipe: Recipe;
  /** The environment whose TensorFlow prepares the model, where the service's own has none. */
  readonly preparer: Recipe | undefined;
  readonly prepared: PreparedModel;
}

/** Reads what a service stands on; throws a TfodError with all that is missing. */
export async function pythonService(
  request: PythonRequest,
  surroundings: Surroundings,
): Promise<PythonService> {
  const problems = new Problems();
  const entryPoint = await problems.attempt(() => entryPointOf(request));
  const recipe = await problems.attempt(() => recipeOf(request, request.variant, surroundings));
  const preparer =
    request.variant === 'lite'
      ? await problems.attempt(() => recipeOf(request, 'cpu', surroundings))
      : undefined;
  problems.throwAny();
  const cache = cacheDir(surroundings.env, surroundings.platform);
  const prepared = preparedModel(cache, request.variant, modelOf(request));
  return { entryPoint, recipe, preparer, prepared } as PythonService;
}

/** Where and how virtual environments are made. */
export function workshopOf(request: PythonRequest, surroundings: Surroundings, folder: string): Workshop {
  const { platform, run, report, signal } = surroundings;
  return { folder, platform, run, report, verbose: request.verbose, signal };
}

async function entryPointOf({ workspaceRoot, service }: PythonRequest): Promise<readonly string[]> {
  const path = posix.join(service.root, 'Dockerfile');
  return pythonEntryPoint(await readText(workspaceRoot, path, 'DOCKERFILE_MISSING'), path);
}

function modelOf({ workspaceRoot, service, model = service.model }: PythonRequest): string {
  return modelFolder(workspaceRoot, { ...service, model });
}

async function recipeOf(
  request: PythonRequest,
  variant: Variant,
  { run, platform, wheelFolder }: Surroundings,
): Promise<Recipe> {
  const { workspaceRoot, projects, service } = request;
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

/** The service's own script with these arguments, as its image would start it. */
export function pythonCommand(
  request: PythonRequest,
  python: string,
  { entryPoint, prepared }: Pick<PythonService, 'entryPoint' | 'prepared'>,
  args: readonly string[],
): Command {
  const { workspaceRoot, service } = request;
  return {
    file: python,
    args: [...entryPoint, ...args],
    env: {
      PYTHONPATH: join(workspaceRoot, service.root, 'src'),
      // Bytecode beside the sources would count as a change of the service.
      PYTHONDONTWRITEBYTECODE: '1',
      TFOD_MODEL: modelOf(request),
      TFOD_PREPARED: prepared.folder,
      // What an outer container says about itself is not true of this process.
      TFOD_IMAGE_REF: '',
    },
    cwd: workspaceRoot,
  };
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
