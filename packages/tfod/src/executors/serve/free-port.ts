import { lookup } from 'node:dns/promises';
import { createServer } from 'node:net';
import { containersOnPort } from '../../engine/docker-serve';
import { CommandNotFoundError, type RunCommand } from '../../engine/run-command';
import { TfodError } from '../../values/tfod-error';

/** Checks that nobody listens there yet; throws PORT_TAKEN, with the container that does, or HOST_UNKNOWN. */
export async function checkPort(host: string, port: number, run: RunCommand): Promise<void> {
  const code = await attempt(host, port);
  if (code === undefined) return;
  if (code !== 'EADDRINUSE') throw cannotListen(host, port, code);
  throw portTaken(host, port, await holders(port, run));
}

/** The address that a host has here, one of IPv4 if there are several; Docker takes no name. Throws HOST_UNKNOWN. */
export async function addressOf(host: string, port: number): Promise<string> {
  try {
    return (await lookup(host, { verbatim: false })).address;
  } catch (error) {
    throw cannotListen(host, port, (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

/** The error for a port that somebody has. */
export function portTaken(host: string, port: number, holders: readonly string[] = []): TfodError {
  const containers = holders.join(', ');
  return new TfodError({
    code: 'PORT_TAKEN',
    what: 'Another program listens on the port',
    where: `${host}:${port}`,
    found: containers === '' ? 'a program of this machine' : `the container ${containers}`,
    remedy:
      containers === ''
        ? `stop it, or use --port=${port + 1}`
        : `docker stop ${holders.join(' ')}, or use --port=${port + 1}`,
  });
}

/** The code of the error that listening there gives, if it does. */
function attempt(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'UNKNOWN'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function holders(port: number, run: RunCommand): Promise<readonly string[]> {
  try {
    const { code, stdout } = await run(containersOnPort(port));
    return code === 0 ? stdout.split('\n').filter((name) => name !== '') : [];
  } catch (error) {
    if (error instanceof CommandNotFoundError) return [];
    throw error;
  }
}

function cannotListen(host: string, port: number, code: string): TfodError {
  const refused = code === 'EACCES';
  return new TfodError({
    code: refused ? 'PORT_FORBIDDEN' : 'HOST_UNKNOWN',
    what: refused ? 'The port is not for everybody' : 'This machine does not have that address',
    where: `${host}:${port}`,
    found: code,
    remedy: refused ? 'use a --port from 1024' : 'use --host=127.0.0.1, or 0.0.0.0 for all addresses',
  });
}
