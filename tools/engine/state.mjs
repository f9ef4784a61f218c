// @ts-check
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRunning } from './process-identity.mjs';

/**
 * @typedef {import('./process-identity.mjs').ProcessIdentity} ProcessIdentity
 * @typedef {{ process: ProcessIdentity, port: number }} RegistryRecord
 * @typedef {{ process: ProcessIdentity, mirrorPort: number }} DockerRecord
 * @typedef {{ registry?: RegistryRecord, docker?: DockerRecord, bridge?: string }} State What `up` started.
 */

/**
 * @param {import('./layout.mjs').Layout} layout
 * @returns {State}
 */
export function readState(layout) {
  return existsSync(layout.stateFile) ? JSON.parse(readFileSync(layout.stateFile, 'utf8')) : {};
}

/**
 * What still runs of it: records of processes that ended, or of another boot, are left out.
 *
 * @param {State} state
 * @returns {State}
 */
export function runningOf({ registry, docker, bridge }) {
  return {
    ...(registry && isRunning(registry.process) ? { registry } : {}),
    ...(docker && isRunning(docker.process) ? { docker } : {}),
    ...(bridge ? { bridge } : {}),
  };
}

/**
 * @param {import('./layout.mjs').Layout} layout
 * @param {State} state
 */
export function writeState(layout, state) {
  writeWhole(layout.stateFile, `${JSON.stringify(state, null, 2)}\n`);
}

/**
 * @param {string} path
 * @param {string} text
 */
export function writeWhole(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, text);
  renameSync(part, path);
}
