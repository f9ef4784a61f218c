// @ts-check
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon, stopProcess } from './daemon.mjs';
import { identify } from './process-identity.mjs';
import { registryHost } from './registry.mjs';
import { writeWhole } from './state.mjs';

/** @typedef {import('./layout.mjs').Layout} Layout */

/** A daemon lets its containers end first, for up to 15 s by itself. */
export const STOP_PATIENCE_MS = 30_000;
/** A daemon reads every layer and every record of its build cache before it answers: 51 s for 15,400 and 37,900. */
const START_PATIENCE_MS = 300_000;
/** Beyond it the daemon drops what was not used for longest, so that neither the disk nor its start grows with each run. */
const BUILD_CACHE_KEPT = '20GB';

/**
 * Starts the Docker daemon.
 *
 * @param {Layout} layout
 * @param {NodeJS.ProcessEnv} env
 * @param {number} mirrorPort
 * @param {(record: import('./state.mjs').DockerRecord) => void} onStart
 */
export async function startDockerd(layout, env, mirrorPort, onStart) {
  mkdirSync(layout.execRoot, { recursive: true });
  await removeRemains(layout);
  writeWhole(layout.dockerdConfig, formatConfig());
  const options = {
    'config-file': layout.dockerdConfig,
    'registry-mirror': `http://${registryHost(mirrorPort)}`,
    'data-root': layout.dockerData,
    'exec-root': layout.execRoot,
    pidfile: layout.dockerPidFile,
    host: layout.dockerHost,
    bridge: layout.bridge,
    'log-level': 'warn',
  };
  await startDaemon(['dockerd', ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)], {
    env,
    log: join(layout.logs, 'dockerd.log'),
    address: { socketPath: layout.socket },
    path: '/_ping',
    patienceMs: START_PATIENCE_MS,
    onStart: (process) => onStart({ process, mirrorPort }),
  });
}

/** What has no flag: <https://docs.docker.com/build/cache/garbage-collection/>. */
const formatConfig = () =>
  JSON.stringify({ builder: { gc: { enabled: true, defaultKeepStorage: BUILD_CACHE_KEPT } } }, null, 2);

/**
 * Removes what a daemon that was killed leaves, and what one started by an `up` that was killed before it could record it
 * leaves: the processes, and their pid files, which would keep the next daemon from starting as soon as the kernel gives
 * the same pid to another process.
 *
 * @param {Layout} layout
 */
export async function removeRemains(layout) {
  for (const pidFile of [layout.dockerPidFile, join(layout.execRoot, 'containerd', 'containerd.pid')]) {
    const remains = runningFrom(layout, pidFile);
    if (remains) await stopProcess(remains, STOP_PATIENCE_MS);
    rmSync(pidFile, { force: true });
  }
  rmSync(layout.socket, { force: true });
}

/**
 * The process of a pid file, if it is really the daemon that wrote it: its command line names our folder.
 *
 * @param {Layout} layout
 * @param {string} pidFile
 */
function runningFrom(layout, pidFile) {
  if (!existsSync(pidFile)) return undefined;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const identity = Number.isInteger(pid) && pid > 0 ? identify(pid) : undefined;
  if (!identity) return undefined;
  const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return commandLine.some((argument) => argument.includes(layout.execRoot)) ? identity : undefined;
}
