// @ts-check
import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { EngineFailure } from './failure.mjs';

/**
 * @typedef {ReturnType<typeof layoutOf>} Layout Where everything of the engine that `up` sets up lies.
 */

/** To be raised whenever the software would be unpacked or linked in another way. */
const SOFTWARE_REVISION = 1;
/** Sockets below the folder need up to 45 more of the 107 bytes that a socket's path may have. */
const LONGEST_FOLDER = 62;

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} home
 */
export function layoutOf(env, home) {
  const chosen = env['XDG_CACHE_HOME'] ?? '';
  // The XDG specification has relative paths ignored.
  const cache = isAbsolute(chosen) ? chosen : join(home, '.cache');
  const root = join(cache, 'tfod', 'engine');
  if (Buffer.byteLength(root) > LONGEST_FOLDER) {
    throw new EngineFailure(`the folder ${root} is too deep for the engine's sockets`, {
      remedy: `set XDG_CACHE_HOME to a path of at most ${LONGEST_FOLDER - '/tfod/engine'.length} bytes`,
    });
  }
  const at = (/** @type {string[]} */ ...parts) => join(root, ...parts);
  const socket = at('run', 'docker.sock');
  const software = at(`software-${SOFTWARE_REVISION}`);
  return Object.freeze({
    root,
    lock: at('lock'),
    temporary: at('tmp'),
    logs: at('log'),
    software,
    programs: join(software, 'bin'),
    iptablesBin: at('run', 'bin'),
    clientBin: join(software, 'client'),
    dockerConfig: join(software, 'docker-config'),
    stateFile: at('run', 'state.json'),
    socket,
    dockerHost: `unix://${socket}`,
    execRoot: at('run', 'exec'),
    dockerPidFile: at('run', 'dockerd.pid'),
    dockerdConfig: at('run', 'dockerd.json'),
    dockerData: at('data', 'docker'),
    registryData: at('data', 'registry'),
    registryConfig: at('run', 'registry.yml'),
    bases: at('bases'),
    // A bridge of our own, one for each folder: daemons that share a bridge give the same address out twice.
    bridge: `tfod-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`,
  });
}
