import type { ExecutorContext } from '@nx/devkit';
import { setTimeout as delay } from 'node:timers/promises';
import { report } from '../../screen/screen';
import { TfodError } from '../../values/tfod-error';
import { readPresence } from '../serve/presence';
import { isReady } from '../serve/readiness';
import { presenceFile } from '../serve/request';
import { runExecutor } from '../run-executor';
import type { ServeReadyOptions } from './schema';

type Context = Pick<ExecutorContext, 'root' | 'projectName' | 'projectsConfigurations'>;

const STOPPED = { code: 'SERVE_READY_STOPPED', what: 'The wait was stopped', remedy: 'run it again' };
const INTERVAL_MS = 200;
const READY_SECONDS = 900;

/** Waits until the server that another task of this workspace runs is ready. */
export default async function serveReadyExecutor(
  { readySeconds = READY_SECONDS }: ServeReadyOptions,
  context: Context,
  tell: (line: string) => void = report,
): Promise<{ success: boolean }> {
  const name = context.projectName ?? '';
  const root = context.projectsConfigurations.projects[name]?.root ?? '';
  return runExecutor(STOPPED, tell, async (signal) => {
    const url = await wait(presenceFile(context.root, root), readySeconds, signal);
    tell(`${name} is ready: ${url}`);
    return true;
  });
}

async function wait(file: string, readySeconds: number, signal: AbortSignal): Promise<string> {
  const end = Date.now() + readySeconds * 1000;
  let seen = false;
  while (Date.now() < end) {
    signal.throwIfAborted();
    const presence = await readPresence(file);
    if (presence?.state === 'ready' && (await isReady(presence.url))) return presence.url;
    if (seen && presence === undefined) throw gone(file);
    seen ||= presence !== undefined;
    await delay(INTERVAL_MS);
  }
  throw new TfodError({
    code: 'SERVE_NOT_READY',
    what: 'No server became ready',
    where: file,
    found: seen ? `one that was not ready after ${readySeconds} s` : `none within ${readySeconds} s`,
    remedy: 'let the target depend on serve, as the inferred one does; or look at the log of serve',
  });
}

function gone(file: string): TfodError {
  return new TfodError({
    code: 'SERVE_NOT_READY',
    what: 'The server ended before it was ready',
    where: file,
    remedy: 'the log of serve says why',
  });
}
