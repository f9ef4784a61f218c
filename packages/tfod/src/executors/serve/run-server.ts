import { printable } from '../../engine/command';
import type { Ran } from '../../engine/run-command';
import { TfodError } from '../../values/tfod-error';
import type { Surroundings } from '../infer/surroundings';
import { portTaken } from './free-port';
import { untilReady } from './readiness';
import { urlOf, type ServeRequest } from './request';
import type { Server } from './server';

const KEPT_LINES = 200;
const SHOWN_LINES = 12;
/** The server itself gives up what it accepted after eight seconds. */
const GRACE_MS = 12_000;

/**
 * Runs a server to its end, and says when it is ready. Throws SERVE_NOT_READY with the end of its log when it ends
 * or takes too long before, PORT_TAKEN when another was quicker, and the reason of the signal.
 */
export async function runServer(
  server: Server,
  request: ServeRequest,
  { run, report, signal }: Surroundings,
  onReady: () => Promise<void>,
): Promise<number> {
  if (request.verbose) report(printable(server.command));
  const own = new AbortController();
  const late = setTimeout(() => own.abort(), request.readySeconds * 1000);
  const either = AbortSignal.any([signal, own.signal]);
  const log: string[] = [];
  const ended = run(server.command, {
    signal: either,
    graceMs: GRACE_MS,
    tailLines: KEPT_LINES,
    onLine: (line) => {
      if (log.push(line) > KEPT_LINES) log.shift();
      report(line);
    },
  });
  const asking = new AbortController();
  const ready = untilReady(urlOf(request), AbortSignal.any([either, asking.signal]));
  try {
    const first = await Promise.race([ended, ready]);
    if (typeof first !== 'boolean') throw endedEarly(first, request, log);
    clearTimeout(late);
    if (first) await onReady();
    return (await ended).code ?? 1;
  } catch (error) {
    if (!own.signal.aborted) throw error;
    throw notReady(request, `nothing within ${request.readySeconds} s`, log);
  } finally {
    clearTimeout(late);
    asking.abort();
    if (server.clear && either.aborted) await run(server.clear);
  }
}

function endedEarly({ code, signal, stderr }: Ran, request: ServeRequest, log: readonly string[]): TfodError {
  if (/port is already allocated|address already in use|SERVE_ADDRESS/i.test(stderr)) {
    return portTaken(request.host, request.port);
  }
  return notReady(request, `it ended with ${signal ?? code}`, log);
}

function notReady(request: ServeRequest, found: string, log: readonly string[]): TfodError {
  const lines = log.filter((line) => line.trim() !== '').slice(-SHOWN_LINES);
  return new TfodError({
    code: 'SERVE_NOT_READY',
    what: 'The server did not become ready',
    where: urlOf(request),
    found: [found, ...(lines.length > 0 ? ['the end of its log:', ...lines] : [])].join('\n            '),
    remedy: 'mend what its log names; a large model may want more --readySeconds or more memory',
  });
}
