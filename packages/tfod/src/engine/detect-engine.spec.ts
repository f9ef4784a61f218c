import { printable } from './command';
import { detectBuilder, detectEngine, platformOf } from './detect-engine';
import { CommandNotFoundError, type Ran, type RunCommand } from './run-command';

/** A docker client that prints what was recorded from real ones. */
function client(answers: Readonly<Record<string, Partial<Ran>>>): RunCommand {
  return async (command) => {
    const [, answer] = Object.entries(answers).find(([start]) => printable(command).startsWith(start)) ?? [];
    return { code: 0, signal: null, stdout: '', stderr: '', seconds: 0, ...answer };
  };
}

const engine = (version: string) => ({
  'docker version': {
    stdout: JSON.stringify({ Client: {}, Server: { Version: version, Os: 'linux', Arch: 'amd64' } }),
  },
});

const BUILDER =
  'Name:          default\nDriver:        docker\nLast Activity: 2025\n\nNodes:\nName:      default\n';

describe('detectEngine', () => {
  it('tells what images are built for', async () => {
    expect(await detectEngine(client(engine('26.1.5+dfsg1')))).toEqual({
      version: '26.1.5+dfsg1',
      platform: 'linux/amd64',
    });
  });

  it('says that docker is missing', async () => {
    const none: RunCommand = async ({ file }) => Promise.reject(new CommandNotFoundError(file));
    await expect(detectEngine(none)).rejects.toMatchObject({ code: 'ENGINE_NOT_FOUND' });
  });

  it('says that the engine does not run', async () => {
    const stopped = client({
      'docker version': {
        code: 1,
        stdout: '{"Client":{"Version":"28.2.2"},"Server":null}',
        stderr:
          'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      },
    });
    await expect(detectEngine(stopped)).rejects.toMatchObject({ code: 'ENGINE_NOT_RUNNING' });
    await expect(detectEngine(stopped)).rejects.toThrow('unix:///var/run/docker.sock');
  });

  it('tells a user without rights from an engine that is down', async () => {
    const denied = client({
      'docker version': {
        code: 1,
        stdout: '{"Client":{},"Server":null}',
        stderr:
          'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
      },
    });
    await expect(detectEngine(denied)).rejects.toMatchObject({ code: 'ENGINE_DENIED' });
  });

  it.each<[string, object]>([
    [
      'the command',
      { Client: { APIVersion: '5.4.2', Version: '5.4.2', OsArch: 'linux/amd64', Os: 'linux' } },
    ],
    [
      'the command, with a machine',
      {
        Client: { Version: '5.4.2', OsArch: 'darwin/arm64', Os: 'darwin' },
        Server: { Version: '5.1.2', OsArch: 'linux/arm64', Os: 'linux' },
      },
    ],
    [
      'the engine',
      {
        Client: { Version: '27.2.0', Os: 'linux', Arch: 'amd64' },
        Server: {
          Components: [{ Name: 'Podman Engine', Version: '5.4.2' }, { Name: 'Conmon' }],
          Version: '5.4.2',
          Os: 'linux',
          Arch: 'amd64',
        },
      },
    ],
  ])('says that Podman is %s', async (_, versions) => {
    const podman = client({ 'docker version': { stdout: JSON.stringify(versions) } });
    await expect(detectEngine(podman)).rejects.toMatchObject({
      problems: [{ code: 'ENGINE_IS_PODMAN', found: 'Podman 5.4.2' }],
    });
  });

  it.each(['', 'null', '{}', '{ "Client": null }'])('lives with an answer of %j', async (stdout) => {
    await expect(detectEngine(client({ 'docker version': { stdout } }))).rejects.toMatchObject({
      code: 'ENGINE_NOT_RUNNING',
    });
  });

  it.each(['20.10.24+dfsg1', '22.06.0-beta.0'])('refuses Engine %s', async (version) => {
    await expect(detectEngine(client(engine(version)))).rejects.toMatchObject({ code: 'ENGINE_TOO_OLD' });
  });

  it.each(['23.0.0', '29.1.3'])('takes Engine %s', async (version) => {
    expect(await detectEngine(client(engine(version)))).toMatchObject({ version });
  });
});

describe('detectBuilder', () => {
  const buildx = (stdout: string) => ({
    'docker buildx version': { stdout },
    'docker buildx inspect': { stdout: BUILDER },
  });

  it.each([
    'github.com/docker/buildx v0.13.1 788433953',
    'github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3',
    'github.com/docker/buildx v1.0.0 x',
  ])('takes %s', async (stdout) => {
    expect(await detectBuilder(client(buildx(stdout)))).toEqual({ name: 'default', seesImages: true });
  });

  it('refuses an old buildx', async () => {
    const old = client(buildx('github.com/docker/buildx v0.12.1 30feaa1'));
    await expect(detectBuilder(old)).rejects.toMatchObject({ code: 'BUILDX_TOO_OLD' });
  });

  it('says that buildx is missing', async () => {
    const none = client({
      'docker buildx': { code: 1, stderr: "docker: 'buildx' is not a docker command." },
    });
    await expect(detectBuilder(none)).rejects.toMatchObject({ code: 'BUILDX_MISSING' });
  });

  it('knows a builder that does not see the images of the engine', async () => {
    const remote = client({
      'docker buildx version': { stdout: 'github.com/docker/buildx v0.13.1 7884339' },
      'docker buildx inspect farm': { stdout: 'Name:   farm\nDriver: docker-container\n' },
    });
    expect(await detectBuilder(remote, 'farm')).toEqual({ name: 'farm', seesImages: false });
  });

  it('says that a builder is not there', async () => {
    const none = client({
      'docker buildx version': { stdout: 'github.com/docker/buildx v0.13.1 7884339' },
      'docker buildx inspect': { code: 1, stderr: 'ERROR: no builder "farm" found' },
    });
    await expect(detectBuilder(none, 'farm')).rejects.toMatchObject({ code: 'BUILDER_NOT_FOUND' });
  });
});

describe('platformOf', () => {
  it.each([
    ['arm64', 'v8', 'linux/arm64'],
    ['arm', 'v7', 'linux/arm/v7'],
    ['amd64', '', 'linux/amd64'],
  ])('%s %s is %s', (architecture, variant, platform) => {
    expect(platformOf('linux', architecture, variant)).toBe(platform);
  });
});
