import { chmod, copyFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { printable, type Command } from '../../engine/command';
import { containerName } from '../../engine/container-name';
import { removeContainer } from '../../engine/docker-run';
import {
  copyInto,
  createProgram,
  runProgram,
  startProgram,
  type GpuRequest,
  type ImageProgram,
} from '../../engine/gpu-container';
import { cacheDir } from '../../files/cache-dir';
import { STAGES } from '../../findings/finding';
import { readAttempt, type Attempt } from '../../findings/gpu-attempt';
import { probeArguments, STEPS } from '../../findings/probe-arguments';
import type { ProbeRun } from '../../findings/probe-stage';
import { thisProcess } from '../../images/owner';
import type { PlanEntry } from '../../images/receipt';
import { withScratch } from '../../images/scratch';
import type { Gathered } from './gather';
import type { GpuVerifyRequest } from './request';
import type { Stoppable, Surroundings } from './surroundings';
import { runWatched } from './watched-run';

/** `nvidia-smi -L` takes a second; with a driver that hangs, for ever. */
const ATTEMPT_SECONDS = 120;

/** What the probe says before each step; all else is the noise of what it runs. */
const PROGRESS = new RegExp(`^(${STAGES.join('|')})\\b`);

/** The throw-away container of a GPU request. */
export function attemptProgram({ ref, platform }: PlanEntry, request: GpuRequest): ImageProgram {
  const name = containerName('gpu-verify', request);
  return { name, image: ref, platform, request, program: 'nvidia-smi', args: ['-L'], env: {} };
}

/** Starts it, and tells what became of it. */
export async function attempt(
  image: PlanEntry,
  request: GpuRequest,
  verbose: boolean,
  around: Stoppable,
): Promise<Attempt> {
  const program = attemptProgram(image, request);
  const command = runProgram(program);
  if (verbose) around.report(printable(command));
  const watch = { container: program.name, seconds: ATTEMPT_SECONDS };
  const ran = await runWatched(command, watch, around);
  if (ran.stoppedAfter === undefined) return readAttempt(request, ran);
  const message = `nvidia-smi gave no answer within ${ran.stoppedAfter} s`;
  return { kind: 'smi-failed', message, request, seconds: ran.seconds };
}

/** The container of the probe: with a GPU request for all it can see, without for what needs none. */
export function probeProgram(
  request: GpuVerifyRequest,
  { tensorflow, picture }: Gathered,
  { ref, platform }: PlanEntry,
  gpuRequest: GpuRequest | undefined,
): ImageProgram {
  const isStatic = gpuRequest === undefined;
  return {
    name: containerName('gpu-verify', 'probe'),
    image: ref,
    platform,
    request: gpuRequest,
    program: 'python',
    args: probeArguments({
      ...request,
      isStatic,
      tensorflow,
      picture: picture === undefined ? undefined : insideOf(picture),
    }),
    // The caches of CUDA and of Python's packages go below it.
    env: { HOME: '/tmp' },
  };
}

/** Where the container finds the picture. */
function insideOf(picture: string): string {
  return `/tfod-picture${extname(picture)}`;
}

/** The commands in the order in which they run. */
export function probeCommands(
  program: ImageProgram,
  picture: string | undefined,
): readonly [Command, ...Command[]] {
  if (program.request === undefined || picture === undefined) return [runProgram(program)];
  return [
    createProgram(program),
    copyInto(program.name, picture, insideOf(picture)),
    startProgram(program.name),
  ];
}

/** Runs the probe and tells how far it is. A step that fails is how the probe ended. */
export async function runProbe(
  request: GpuVerifyRequest,
  program: ImageProgram,
  picture: string | undefined,
  around: Stoppable,
): Promise<ProbeRun> {
  const watch = {
    container: program.name,
    seconds: request.seconds * STEPS,
    onLine: (line: string, stream: 'stdout' | 'stderr') => {
      if (stream === 'stderr' && (request.verbose || PROGRESS.test(line))) around.report(`  ${line}`);
    },
  };
  return withReadable(picture, around, async (readable) => {
    const commands = probeCommands(program, readable);
    try {
      for (const command of commands.slice(0, -1)) {
        if (request.verbose) around.report(printable(command));
        const ran = await around.run(command, { signal: around.signal });
        if (ran.code !== 0) return { ...ran, stoppedAfter: undefined };
      }
      const last = commands.at(-1) ?? commands[0];
      if (request.verbose) around.report(printable(last));
      return await runWatched(last, watch, around);
    } finally {
      // A container that was created and never started stays.
      if (commands.length > 1) await around.run(removeContainer(program.name));
    }
  });
}

/** A copy that the user of the image may read, whatever the mode of the original is; gone afterwards. */
async function withReadable<T>(
  picture: string | undefined,
  { env, platform }: Surroundings,
  work: (copy: string | undefined) => Promise<T>,
): Promise<T> {
  if (picture === undefined) return work(undefined);
  return withScratch(join(cacheDir(env, platform), 'gpu-verify'), thisProcess(), async (scratch) => {
    const copy = join(scratch, `picture${extname(picture)}`);
    await copyFile(picture, copy);
    await chmod(copy, 0o644);
    return work(copy);
  });
}
