import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printable, type Command } from '../../engine/command';
import { dockerEngine } from '../../engine/docker';
import { containerName } from '../../engine/container-name';
import { imageMemory } from '../../engine/image-memory';
import {
  ownerFlags,
  removeContainer,
  runContainer,
  securityOptions,
  type ContainerRun,
} from '../../engine/docker-run';
import type { Ran } from '../../engine/run-command';
import { cacheDir } from '../../files/cache-dir';
import { thisProcess } from '../../images/owner';
import type { PlanEntry } from '../../images/receipt';
import type { Machine } from '../../images/request';
import { withScratch } from '../../images/scratch';
import { modelFolder } from '../../models/read-model';
import { TfodError } from '../../values/tfod-error';
import { ensureVariantImage, planVariantImage } from '../variant-image';
import { detectArguments } from './detect-arguments';
import type { Picture } from './find-pictures';
import { makeOutputFolder } from './output-folder';
import { mountPictures, pictureList } from './picture-list';
import { outputForPeople, type InferRequest } from './request';
import type { Surroundings } from './surroundings';

const LIST = '/tfod/pictures.jsonl';
const OUTPUT = '/tfod/results';
const MODEL = '/tfod/model';

/** What `docker run` answers when no container came to be. */
const NOT_STARTED = new Set([125, 126, 127]);
/** 128 + SIGKILL: nothing in the container does that, but the kernel does when memory is short. */
const KILLED = 137;

/** Looks at the pictures in the service's image, which is built first if it is missing; the exit code of the runtime. */
export async function inferInContainer(
  request: InferRequest,
  pictures: readonly Picture[],
  surroundings: Surroundings,
): Promise<number> {
  if (request.dryRun) return dryRun(request, pictures, surroundings);
  await makeOutputFolder(request.output);
  const image = await ensureServiceImage(request, surroundings);
  const home = join(cacheDir(surroundings.env, surroundings.platform), 'infer');
  return withScratch(home, thisProcess(), async (scratch) => {
    const list = join(scratch, 'pictures.jsonl');
    const container = await containerOf(request, pictures, image, list, surroundings);
    await writeFile(list, pictureList(mountPictures(pictures).pictures));
    return runToTheEnd(request, container, surroundings);
  });
}

/** What is run, and on what. */
export type RunImage = Pick<PlanEntry, 'ref' | 'platform'>;

/** The image to run, which is built first if it is the service's own and missing. */
export async function ensureServiceImage(
  request: InferRequest,
  surroundings: Surroundings,
): Promise<RunImage> {
  const machine = machineOf(request, surroundings);
  return request.image === undefined
    ? ensureVariantImage(request, machine)
    : imageThere(request.image, machine);
}

/** The image as it will be called, and the commands that build what is missing of it. */
export async function plannedServiceImage(
  request: InferRequest,
  surroundings: Surroundings,
): Promise<{ readonly image: RunImage; readonly commands: readonly Command[] }> {
  const machine = machineOf(request, surroundings);
  if (request.image === undefined) return planVariantImage(request, machine);
  return { image: await imageThere(request.image, machine), commands: [] };
}

/** Of an image that the engine does not have it says so itself when it is to run it. */
async function imageThere(ref: string, { engine }: Machine): Promise<RunImage> {
  const [found] = await engine.inspect([ref]);
  return { ref, platform: (found ?? (await engine.open())).platform };
}

/** The machine as a build sees it. */
export function machineOf(
  request: Pick<InferRequest, 'verbose'>,
  { env, run, report, signal, wheelFolder }: Surroundings,
): Machine {
  return {
    engine: dockerEngine(run, imageMemory(env)),
    env,
    report,
    verbose: request.verbose,
    signal,
    ...(wheelFolder !== undefined && { wheelFolder }),
  };
}

async function containerOf(
  request: InferRequest,
  pictures: readonly Picture[],
  image: RunImage,
  list: string,
  surroundings: Surroundings,
): Promise<ContainerRun> {
  const container = await plainContainer(request, image, surroundings);
  return {
    ...container,
    env: { ...container.env, TFOD_IMAGE_REF: image.ref },
    mounts: [
      ...mountPictures(pictures).mounts,
      { source: list, target: LIST },
      { source: request.output, target: OUTPUT, writable: true },
      ...container.mounts,
    ],
    args: detectArguments(request, { list: LIST, output: OUTPUT }),
  };
}

/** A container of the image in which the caller is at home, with another model in it where one was asked for. */
export async function plainContainer(
  { workspaceRoot, service, model, variant }: InferRequest,
  { ref, platform }: RunImage,
  { caller, run }: Surroundings,
): Promise<ContainerRun> {
  const security = caller === undefined ? '' : (await run(securityOptions())).stdout;
  const source = model === undefined ? undefined : modelFolder(workspaceRoot, { ...service, model });
  return {
    name: containerName('infer', service.name),
    image: ref,
    platform,
    owner: ownerFlags(caller, security),
    gpus: variant === 'gpu',
    // The caller has no home in the image; what looks for one gets a folder that may be written.
    env: { HOME: '/tmp', ...(source !== undefined && { TFOD_MODEL: MODEL }) },
    mounts: source === undefined ? [] : [{ source, target: MODEL }],
    args: [],
  };
}

async function dryRun(
  request: InferRequest,
  pictures: readonly Picture[],
  surroundings: Surroundings,
): Promise<number> {
  const { env, platform, print } = surroundings;
  const { image, commands } = await plannedServiceImage(request, surroundings);
  const list = join(cacheDir(env, platform), 'infer', 'pictures.jsonl');
  const container = await containerOf(request, pictures, image, list, surroundings);
  commands.forEach((command) => print(printable(command)));
  print(`# ${list} gets a line for each of ${pictures.length} pictures, such as`);
  print(`# ${pictureList(mountPictures(pictures).pictures.slice(0, 1)).trim()}`);
  print(printable(runContainer(container)));
  return 0;
}

/** Runs a container to its end; the exit code of what ran in it. */
export async function runToTheEnd(
  request: InferRequest,
  container: ContainerRun,
  { run, print, report, signal }: Surroundings,
): Promise<number> {
  const command = runContainer(container);
  if (request.verbose) report(printable(command));
  const here = outputForPeople(request);
  const asSeenHere = (line: string): string => (request.json ? line : line.replaceAll(OUTPUT, here));
  try {
    const ran = await run(command, {
      signal,
      onLine: (line, stream) => (stream === 'stdout' ? print(asSeenHere(line)) : report(asSeenHere(line))),
    });
    if (ran.code === null || NOT_STARTED.has(ran.code) || ran.code === KILLED) throw notRun(ran, container);
    return ran.code;
  } finally {
    // A client that was stopped may leave its container behind; of one that ended well nothing is left.
    if (signal.aborted) await run(removeContainer(container.name));
  }
}

function notRun({ code, signal, stderr }: Ran, { image, gpus }: ContainerRun): TfodError {
  if (code === KILLED) {
    return new TfodError({
      code: 'CONTAINER_KILLED',
      what: 'The container was killed, most likely because memory was short',
      where: image,
      found: 'SIGKILL',
      remedy: 'give the engine more memory; `docker info` tells how much it has',
    });
  }
  return new TfodError({
    code: 'CONTAINER_NOT_STARTED',
    what: 'The engine did not start the container',
    where: image,
    found: stderr.trim().split('\n').slice(-3).join('\n            ') || String(signal ?? code),
    remedy: gpus
      ? 'make a GPU known to the engine (NVIDIA Container Toolkit), or use --variant=cpu'
      : 'an engine on another machine cannot see the pictures: use one on this machine, or --using=python',
  });
}
