import { join } from 'node:path';
import { printable } from '../../engine/command';
import { engineDetails } from '../../engine/engine-details';
import { runProgram } from '../../engine/gpu-container';
import { queryGpus } from '../../engine/nvidia-smi';
import { writeFileAtomic } from '../../files/atomic-write';
import { gpuJob, gpuJobPath } from '../../findings/gpu-job';
import { probeArguments, STEPS } from '../../findings/probe-arguments';
import { canBePushed } from '../../images/repository';
import { parseImageRef } from '../../values/image-ref';
import { attemptProgram, probeCommands, probeProgram } from './containers';
import { gather } from './gather';
import { plannedImage } from './image';
import type { GpuVerifyRequest } from './request';
import type { Stoppable } from './surroundings';

/** Prints what would be run, for a shell. */
export async function dryRun(request: GpuVerifyRequest, around: Stoppable): Promise<void> {
  const { service, mode } = request;
  const { print } = around;
  const image = await plannedImage(request, around);
  const gathered = await gather(request);
  const gpuRequest = mode === 'gpu' ? 'gpus' : undefined;
  if (image.verdict === 'build') {
    print(
      `# first the image is built; nx run ${service.name}:docker-build --variants=gpu --dryRun prints how`,
    );
  }
  if (mode === 'gpu') {
    print('# the host; cat /proc/driver/nvidia/version and ls /dev/nvidia* tell more');
    print(printable(queryGpus()));
    print('# the engine; where it does not know --gpus, --device nvidia.com/gpu=all takes its place');
    print(printable(engineDetails()));
    print(printable(runProgram(attemptProgram(image, 'gpus'))));
  }
  print('# the image');
  const program = probeProgram(request, gathered, image, gpuRequest);
  for (const command of probeCommands(program, gathered.picture)) print(printable(command));
}

/** Prints a Kubernetes Job that runs the probe, and leaves it in a file. */
export async function printJob(request: GpuVerifyRequest, around: Stoppable): Promise<void> {
  const { workspaceRoot, service, gpus, seconds } = request;
  const { ref } = await plannedImage(request, around);
  const { tensorflow } = await gather(request);
  if (!canBePushed(parseImageRef(ref).repository)) {
    around.report(
      `${service.root}/tfod.json: the image "${service.image}" names no registry that a cluster could pull it from`,
    );
  }
  const file = gpuJobPath(service.root);
  const args = probeArguments({ ...request, isStatic: false, tensorflow, picture: undefined });
  const job = gpuJob({ service: service.name, image: ref, gpus, args, seconds: seconds * STEPS, file });
  await writeFileAtomic(join(workspaceRoot, file), job);
  around.print(job.trimEnd());
  around.report(`written to ${file}`);
}
