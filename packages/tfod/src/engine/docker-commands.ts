import type { Command } from './command';
import type { BuildTarget, ContextSource } from './engine';

const docker = (...args: readonly string[]): Command => ({ file: 'docker', args });
const flags = (name: string, values: readonly string[]): string[] => values.flatMap((value) => [name, value]);
const assignments = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).map(([name, value]) => `${name}=${value}`);

export const version = (): Command => docker('version', '--format', '{{json .}}');
export const engineId = (): Command => docker('info', '--format', '{{.ID}}');
export const storagePlace = (): Command => docker('info', '--format', '{{.Name}} {{.DockerRootDir}}');
export const cacheUsage = (builder: string): Command => docker('buildx', 'du', '--builder', builder);
export const buildxVersion = (): Command => docker('buildx', 'version');
export const inspectBuilder = (name?: string): Command =>
  docker('buildx', 'inspect', ...(name === undefined ? [] : [name]));
export const listByLabel = (label: string): Command =>
  docker('image', 'ls', '--quiet', '--no-trunc', '--filter', `label=${label}`);
/** A line for each name, `<none>:<none>` for an image without one. */
export const listNamesByLabel = (label: string): Command =>
  docker(
    ...['image', 'ls', '--no-trunc', '--filter', `label=${label}`],
    ...['--format', '{{.ID}} {{.Repository}}:{{.Tag}}'],
  );
export const inspectImages = (refs: readonly string[]): Command =>
  docker('image', 'inspect', '--format', '{{json .}}', ...refs);
export const tagImage = (image: string, ref: string): Command => docker('image', 'tag', image, ref);
export const removeImage = (ref: string): Command => docker('image', 'rm', '--no-prune', ref);
export const listContainers = (): Command => docker('container', 'ls', '--all', '--quiet', '--no-trunc');
export const inspectContainers = (ids: readonly string[]): Command =>
  docker('container', 'inspect', '--format', '{{json .}}', ...ids);
export const pushImage = (ref: string): Command => docker('image', 'push', ref);
export const resolveByPull = (ref: string): Command => docker('image', 'pull', '--quiet', ref);
export const pullImage = (ref: string, platform: string): Command =>
  docker('image', 'pull', '--platform', platform, ref);
export const inspectManifest = (ref: string): Command =>
  docker('buildx', 'imagetools', 'inspect', '--format', '{{json .Manifest}}', ref);

/**
 * The images with the attestations that buildx adds by itself left out: they hold the time, and so give the
 * same image another id each time. The second variable lets newer versions of bake read contexts and secrets
 * outside of the current folder, as all versions of `buildx build` do.
 */
const BUILD_ENV = { BUILDX_NO_DEFAULT_ATTESTATIONS: '1', BUILDX_BAKE_ENTITLEMENTS_FS: '0' };

/** One build of all targets of a bake file, whose progress is for machines to read. */
export function bake(file: string, targets: readonly string[], builder: string, cwd: string): Command {
  return {
    ...docker(
      'buildx',
      'bake',
      '--file',
      file,
      '--builder',
      builder,
      '--progress',
      'rawjson',
      '--load',
      ...targets,
    ),
    env: BUILD_ENV,
    cwd,
  };
}

/** The build of one image, for people to type. */
export function buildImage(target: BuildTarget, builder?: string): Command {
  const contexts = Object.entries(target.contexts).map(
    ([name, source]) => `${name}=${contextAddress(source)}`,
  );
  return docker(
    'buildx',
    'build',
    ...(builder === undefined ? [] : ['--builder', builder]),
    '--load',
    ...(target.fresh ? ['--no-cache'] : []),
    ...flags('--platform', [target.platform]),
    ...flags('--file', [target.dockerfile]),
    ...flags('--build-context', contexts),
    ...flags('--build-arg', assignments(target.args)),
    ...flags('--label', assignments(target.labels)),
    ...flags('--secret', target.secrets),
    ...flags('--cache-from', target.cacheFrom),
    ...flags('--cache-to', target.cacheTo),
    ...flags('--tag', target.refs),
    target.context,
  );
}

/** A named context as buildx reads it. */
export function contextAddress(source: ContextSource): string {
  switch (source.from) {
    case 'folder':
      return source.path;
    case 'image':
      return `docker-image://${source.ref}`;
    case 'target':
      return `target:${source.name}`;
  }
}
