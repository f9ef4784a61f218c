import { parsePlatform, type Platform } from '../values/platform';
import { TfodError } from '../values/tfod-error';
import * as docker from './docker-commands';
import type { Builder, EngineInfo } from './engine';
import { CommandNotFoundError, type Ran, type RunCommand } from './run-command';

/** The first Engine whose BuildKit lets a named context stand for an image. */
const OLDEST_ENGINE = [23, 0];
/** The first buildx that reports progress as JSON. */
const OLDEST_BUILDX = [0, 13];

const INSTALL_ENGINE =
  'install Docker Engine 23 or newer (Docker Desktop, or your distribution), then try again';
const INSTALL_BUILDX =
  'install the buildx plugin 0.13 or newer (it comes with Docker Desktop and docker-ce), then try again';

/**
 * Whether a Docker Engine that is new enough answers. Throws ENGINE_NOT_FOUND, ENGINE_DENIED,
 * ENGINE_NOT_RUNNING, ENGINE_IS_PODMAN or ENGINE_TOO_OLD.
 */
export async function detectEngine(run: RunCommand): Promise<EngineInfo> {
  const ran = await run(docker.version()).catch(rethrowNotFound);
  const { Client: client, Server: server } = readVersions(ran.stdout);
  const podman = podmanVersion(client, server);
  if (podman !== undefined) throw isPodman(podman);
  if (ran.code !== 0 || server === undefined) throw notRunning(ran);
  const version = String(server['Version']);
  if (isOlder(version, OLDEST_ENGINE)) {
    throw new TfodError({
      code: 'ENGINE_TOO_OLD',
      what: 'This Docker Engine cannot build images that stand on each other',
      expected: `Docker Engine ${OLDEST_ENGINE.join('.')} or newer`,
      found: version,
      remedy: INSTALL_ENGINE,
    });
  }
  return { version, platform: platformOf(String(server['Os']), String(server['Arch'])) };
}

/**
 * The builder of that name, or the one in use. Throws BUILDX_MISSING, BUILDX_TOO_OLD or BUILDER_NOT_FOUND.
 */
export async function detectBuilder(run: RunCommand, name?: string): Promise<Builder> {
  const [buildx, builder] = await Promise.all([
    run(docker.buildxVersion()),
    run(docker.inspectBuilder(name)),
  ]);
  if (buildx.code !== 0) {
    throw new TfodError({
      code: 'BUILDX_MISSING',
      what: 'Docker has no buildx, which builds the images',
      found: lastLine(buildx),
      remedy: INSTALL_BUILDX,
    });
  }
  const version = /buildx v?(\d\S*)/.exec(buildx.stdout)?.[1] ?? buildx.stdout;
  if (isOlder(version, OLDEST_BUILDX)) {
    throw new TfodError({
      code: 'BUILDX_TOO_OLD',
      what: 'This buildx cannot report what it does',
      expected: `buildx ${OLDEST_BUILDX.join('.')} or newer`,
      found: version,
      remedy: INSTALL_BUILDX,
    });
  }
  const driver = /^Driver:\s*(\S+)/m.exec(builder.stdout)?.[1];
  if (builder.code !== 0 || driver === undefined) {
    throw new TfodError({
      code: 'BUILDER_NOT_FOUND',
      what: name === undefined ? 'The builder in use does not answer' : `There is no builder "${name}"`,
      found: lastLine(builder),
      remedy: '`docker buildx ls` lists the builders; leave --builder out to build in the engine itself',
    });
  }
  const found = /^Name:\s*(\S+)/m.exec(builder.stdout)?.[1] ?? name ?? 'default';
  return { name: found, seesImages: driver === 'docker' };
}

/** The platform of an engine or an image, from the words that Docker has for it. */
export function platformOf(os: string, architecture: string, variant = ''): Platform {
  return parsePlatform([os, architecture, ...(variant === '' ? [] : [variant])].join('/'));
}

type Said = Readonly<Record<string, unknown>>;

function readVersions(text: string): { readonly Client?: Said; readonly Server?: Said } {
  try {
    const { Client, Server } = JSON.parse(text) as { Client?: Said | null; Server?: Said | null };
    return { ...(Client && { Client }), ...(Server && { Server }) };
  } catch {
    return {};
  }
}

/**
 * The version of Podman, where it is that which answers: as the command, whose client has an OsArch, which that of Docker
 * has not, or as the engine behind Docker's own command, which names itself among its components.
 */
function podmanVersion(client: Said = {}, server: Said = {}): string | undefined {
  if (typeof client['OsArch'] === 'string') return String(client['Version']);
  const components = Array.isArray(server['Components']) ? (server['Components'] as readonly Said[]) : [];
  return components.some(({ Name }) => Name === 'Podman Engine') ? String(server['Version']) : undefined;
}

function isPodman(version: string): TfodError {
  return new TfodError({
    code: 'ENGINE_IS_PODMAN',
    what: 'Podman answers in place of Docker, and it builds without BuildKit, which these images need',
    expected: `Docker Engine ${OLDEST_ENGINE.join('.')} or newer with buildx`,
    found: `Podman ${version}`,
    remedy:
      "install Docker Engine, put its `docker` first on the PATH in place of Podman's, and point DOCKER_HOST to no socket of Podman",
  });
}

function isOlder(version: string, oldest: readonly number[]): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [oldestMajor = 0, oldestMinor = 0] = oldest;
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

function rethrowNotFound(error: unknown): never {
  if (!(error instanceof CommandNotFoundError)) throw error;
  throw new TfodError(
    {
      code: 'ENGINE_NOT_FOUND',
      what: 'There is no `docker` command on this machine',
      expected: 'Docker Engine 23 or newer with buildx, on the PATH',
      remedy: INSTALL_ENGINE,
    },
    { cause: error },
  );
}

function notRunning(ran: Ran): TfodError {
  const found = lastLine(ran);
  if (/permission denied/i.test(found)) {
    return new TfodError({
      code: 'ENGINE_DENIED',
      what: 'This user may not talk to the Docker Engine',
      found,
      remedy: 'add the user to the group `docker` and log in again, or set DOCKER_HOST to a rootless engine',
    });
  }
  return new TfodError({
    code: 'ENGINE_NOT_RUNNING',
    what: 'The Docker Engine does not answer',
    found,
    remedy:
      'start Docker (`sudo systemctl start docker`, or Docker Desktop), or point DOCKER_HOST to an engine that runs',
  });
}

function lastLine({ stdout, stderr }: Ran): string {
  return stderr.trim().split('\n').at(-1) || stdout.trim().split('\n').at(-1) || 'no answer';
}
