import type { ExecutorContext } from '@nx/devkit';
import { rm } from 'node:fs/promises';
import { hostname, release } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../engine/run-command';
import { writeFileAtomic } from '../../files/atomic-write';
import { findingsTable } from '../../findings/table';
import { headline } from '../../findings/headline';
import { junitXml } from '../../findings/junit';
import { succeeds, verdictPath, type Verdict } from '../../findings/verdict';
import { print, report } from '../../screen/screen';
import { imageOptions } from '../image-options';
import { projectRoots } from '../project-roots';
import { runExecutor } from '../run-executor';
import { isVerbose, serviceOf } from '../service-of';
import { dryRun, printJob } from './instead';
import { gpuVerifyRequest, type GpuVerifyRequest } from './request';
import type { GpuVerifyOptions } from './schema';
import type { Stoppable, Surroundings } from './surroundings';
import { verify } from './verify';

const HERE: Surroundings = {
  env: process.env,
  platform: process.platform,
  hostname: hostname(),
  kernel: release(),
  root: '/',
  run: runCommand,
  print,
  report,
  wheelFolder: undefined,
};

const STOPPED = {
  code: 'GPU_VERIFY_STOPPED',
  what: 'The verification was stopped',
  remedy: 'run gpu-verify again; nothing is known of the GPU',
};

type Context = Pick<ExecutorContext, 'root' | 'projectName' | 'projectsConfigurations' | 'isVerbose'> &
  Pick<ExecutorContext, 'configurationName'>;

/** Proves that the GPU image computes, or names the first cause why it does not. */
export default async function gpuVerify(
  options: GpuVerifyOptions,
  context: Context,
  surroundings: Surroundings = HERE,
): Promise<{ success: boolean }> {
  return runExecutor(STOPPED, surroundings.report, async (signal) =>
    answer(await requestOf(options, context), { ...surroundings, signal }),
  );
}

async function requestOf(options: GpuVerifyOptions, context: Context): Promise<GpuVerifyRequest> {
  const service = await serviceOf(context);
  const verbose = isVerbose(options, context);
  return gpuVerifyRequest(
    context.root,
    service,
    { ...options, verbose },
    projectRoots(context),
    imageOptions(context),
  );
}

async function answer(request: GpuVerifyRequest, around: Stoppable): Promise<boolean> {
  if (request.dryRun) await dryRun(request, around);
  else if (request.printJob) await printJob(request, around);
  else return verifyAndTell(request, around);
  return true;
}

/** The verdict of the last time goes before anything is looked at, so that there is never one that lies. */
async function verifyAndTell(request: GpuVerifyRequest, around: Stoppable): Promise<boolean> {
  const path = join(request.workspaceRoot, verdictPath(request.service.root));
  for (const file of [path, request.junit]) if (file !== undefined) await rm(file, { force: true });
  const verdict = await verify(request, around);
  await writeFileAtomic(path, document(verdict));
  if (request.junit !== undefined) await writeFileAtomic(request.junit, junitXml(verdict));
  if (request.json) {
    around.print(document(verdict).trimEnd());
    around.report(headline(verdict));
  } else {
    around.print(`${findingsTable(verdict.checks)}\n\n${headline(verdict)}`);
  }
  return succeeds(verdict);
}

function document(verdict: Verdict): string {
  return `${JSON.stringify(verdict, null, 2)}\n`;
}
