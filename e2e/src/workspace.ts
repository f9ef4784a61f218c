import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { dirSync } from 'tmp';

const ROOT = resolve(__dirname, '../..');

/** What a command did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  /** stdout and stderr, in the order stdout, stderr. */
  readonly output: string;
}

/** A workspace of its own in a temporary folder, with the packed plugin installed from its tarball. */
export interface Workspace {
  readonly root: string;
  nx(...args: string[]): Outcome;
  /** Like `nx`, with some environment variables of the caller's. */
  nxWith(env: NodeJS.ProcessEnv, ...args: string[]): Outcome;
  docker(...args: string[]): Outcome;
  read(path: string): string;
  json<T>(path: string): T;
  exists(path: string): boolean;
  write(path: string, content: string | Uint8Array): void;
  /** Replaces text in a file; fails when the text is not there. */
  edit(path: string, from: string, to: string): void;
  path(path: string): string;
}

/** Makes the workspace; about 6 s with a warm npm cache. */
export function makeWorkspace(nxVersion?: string): Workspace {
  const root = join(dirSync({ prefix: 'tfod-e2e-', unsafeCleanup: true }).name, 'acme');
  const tool = join(ROOT, 'tools/workspace/make-workspace.mjs');
  const args = [tool, root, packedPlugin(), ...(nxVersion ? [nxVersion] : [])];
  mustSucceed(spawn(process.execPath, args, ROOT, process.env));
  const path = (name: string): string => join(root, name);
  const nxWith = (env: NodeJS.ProcessEnv, ...rest: string[]): Outcome =>
    spawn(path('node_modules/.bin/nx'), rest, root, { ...isolated(root), ...env });
  return {
    root,
    path,
    nxWith,
    nx: (...rest) => nxWith({}, ...rest),
    docker: (...rest) => spawn('docker', rest, root, process.env),
    read: (name) => readFileSync(path(name), 'utf8'),
    json: <T>(name: string) => JSON.parse(readFileSync(path(name), 'utf8')) as T,
    exists: (name) => existsSync(path(name)),
    write(name, content) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), content);
    },
    edit(name, from, to) {
      const text = readFileSync(path(name), 'utf8');
      if (!text.includes(from)) throw new Error(`${name} does not hold: ${from}`);
      writeFileSync(path(name), text.replace(from, to));
    },
  };
}

/** The outcome, if the command succeeded; otherwise an error with everything it printed. */
export function mustSucceed(outcome: Outcome): Outcome {
  if (outcome.code !== 0) throw new Error(`exit ${outcome.code}\n${outcome.output}`);
  return outcome;
}

/** `describe` where an engine is to be had; a reported skip where none is. */
export const describeWithEngine = process.env['TFOD_ENGINE'] === 'yes' ? describe : describe.skip;

/** Path of the tarball that `npm test` packed. */
export function packedPlugin(): string {
  const plugin = process.env['TFOD_PACKED_PLUGIN'];
  if (!plugin) throw new Error('TFOD_PACKED_PLUGIN is not set: start the scenarios by `npm test`');
  return plugin;
}

function isolated(root: string): NodeJS.ProcessEnv {
  const outer = /^(NX_|npm_|JEST_|INIT_CWD$|CI$)/;
  const kept = Object.entries(process.env).filter(([name]) => !outer.test(name));
  return {
    ...Object.fromEntries(kept),
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NX_ISOLATE_PLUGINS: 'false',
    NX_CACHE_DIRECTORY: join(root, '.nx/cache'),
    NX_WORKSPACE_DATA_DIRECTORY: join(root, '.nx/workspace-data'),
  };
}

/** Into files, for Nx gives up what a pipe has not taken when it ends. */
function spawn(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Outcome {
  const folder = dirSync({ prefix: 'tfod-e2e-output-', unsafeCleanup: true });
  const paths = [join(folder.name, 'stdout'), join(folder.name, 'stderr')] as const;
  const [out, err] = [openSync(paths[0], 'w'), openSync(paths[1], 'w')];
  try {
    const { status, error } = spawnSync(file, args, { cwd, env, stdio: ['ignore', out, err] });
    if (error) throw error;
    const [stdout, stderr] = [readFileSync(paths[0], 'utf8'), readFileSync(paths[1], 'utf8')];
    return { code: status ?? 1, stdout, output: `${stdout}${stderr}` };
  } finally {
    [out, err].forEach(closeSync);
    folder.removeCallback();
  }
}
