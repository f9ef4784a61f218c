import type { ExecutorContext } from '@nx/devkit';
import { Problems } from '../../images/problems';
import { readyModel } from '../../models/ready-model';
import { TfodError } from '../../values/tfod-error';
import { here, type Surroundings } from '../infer/surroundings';
import { imageOptions } from '../image-options';
import { projectRoots } from '../project-roots';
import { runExecutor } from '../run-executor';
import { isVerbose, serviceOf } from '../service-of';
import { containerServer, planContainerServer } from './container-server';
import { addressOf, checkPort } from './free-port';
import { Announcement } from './presence';
import { planPythonServer, pythonServer } from './python-server';
import { presenceFile, serveRequest, urlOf, type ServeRequest } from './request';
import { runServer } from './run-server';
import type { ServeOptions } from './schema';

type ServeContext = Pick<ExecutorContext, 'root' | 'projectName' | 'projectsConfigurations' | 'isVerbose'> &
  Pick<ExecutorContext, 'configurationName' | 'taskGraph'>;

/** What a shell says of a process that Ctrl-C ended. */
const INTERRUPTED = 130;

const STOPPED = { code: 'SERVE_STOPPED', what: 'The server was stopped', remedy: 'run serve again' };

/**
 * Serves until it is stopped, which is a success. An expected failure is told in full and without a stack. Where no task
 * waits for the server, Nx takes its end for a success by any exit code but those of an interruption.
 */
export default async function serveExecutor(
  options: ServeOptions,
  context: ServeContext,
  surroundings: Omit<Surroundings, 'signal'> = here(),
  exit: (code: number) => void = (code) => process.exit(code),
): Promise<{ success: boolean }> {
  const ended = await runExecutor(STOPPED, surroundings.report, async (signal) => {
    try {
      return (await serve(options, context, { ...surroundings, signal })) === 0;
    } catch (error) {
      if (!isStop(error)) throw error;
      surroundings.report('stopped');
      return true;
    }
  });
  if (!ended.success && nobodyWaits(context)) exit(INTERRUPTED);
  return ended;
}

/** Nx 20 knows no tasks that go on, and believes every exit code. */
function nobodyWaits({ taskGraph }: ServeContext): boolean {
  const waits = Object.values(taskGraph?.continuousDependencies ?? { unknown: ['somebody'] });
  return waits.every((servers) => servers.length === 0);
}

function isStop(error: unknown): boolean {
  return error instanceof TfodError && error.problems.every(({ code }) => code === STOPPED.code);
}

async function serve(
  options: ServeOptions,
  context: ServeContext,
  surroundings: Surroundings,
): Promise<number> {
  const request = await gather(options, context, surroundings);
  const isPython = request.runner === 'python';
  if (request.dryRun) {
    const plan = await (isPython ? planPythonServer : planContainerServer)(request, surroundings);
    plan.forEach((line) => surroundings.print(line));
    return 0;
  }
  return whileAnnounced(request, surroundings.report, async (tell) => {
    const server = await (isPython ? pythonServer : containerServer)(request, surroundings);
    return runServer(server, request, surroundings, tell);
  });
}

/** What is asked for, when the model is fit and the port is free. */
async function gather(
  options: ServeOptions,
  context: ServeContext,
  { env, run }: Surroundings,
): Promise<ServeRequest> {
  const service = await serviceOf(context);
  const verbose = isVerbose(options, context);
  const asked = serveRequest(
    context.root,
    service,
    { ...options, verbose },
    projectRoots(context),
    imageOptions(context),
  );
  const problems = new Problems();
  problems.add(...(await readyModel(context.root, service, env, asked.dryRun ? 'store' : 'network')));
  const host = await problems.attempt(async () => {
    const address = await addressOf(asked.host, asked.port);
    if (!asked.dryRun) await checkPort(address, asked.port, run);
    return address;
  });
  problems.throwAny();
  return { ...asked, host: host ?? asked.host };
}

/** Tells other tasks of the server from its start to its end, and that it is ready when `tell` is called. */
async function whileAnnounced(
  request: ServeRequest,
  report: (line: string) => void,
  work: (tell: () => Promise<void>) => Promise<number>,
): Promise<number> {
  const url = urlOf(request);
  const file = presenceFile(request.workspaceRoot, request.service.root);
  const announcement = new Announcement(file, { url, pid: process.pid });
  await announcement.say('starting');
  try {
    return await work(async () => {
      await announcement.say('ready');
      report(`${request.service.name} is ready: ${url}`);
    });
  } finally {
    await announcement.withdraw();
  }
}
