// @ts-check
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { get, startDaemon } from './daemon.mjs';
import { EngineFailure } from './failure.mjs';
import { writeWhole } from './state.mjs';

/**
 * @typedef {import('./layout.mjs').Layout} Layout
 * @typedef {import('./state.mjs').RegistryRecord} RegistryRecord
 */

const LOOPBACK = '127.0.0.1';
const FIRST_PORT = 5000;
const PORTS = 100;
const MANIFEST_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
].join(', ');

/**
 * Starts the registry on loopback.
 *
 * @param {Layout} layout
 * @param {NodeJS.ProcessEnv} env
 * @param {(record: RegistryRecord) => void} onStart
 */
export async function startRegistry(layout, env, onStart) {
  const port = await freePort();
  mkdirSync(layout.registryData, { recursive: true });
  writeWhole(layout.registryConfig, formatConfig(layout.registryData, `${LOOPBACK}:${port}`));
  await startDaemon(['docker-registry', 'serve', layout.registryConfig], {
    env,
    log: join(layout.logs, 'registry.log'),
    address: { host: LOOPBACK, port },
    path: '/v2/',
    patienceMs: 20_000,
    onStart: (process) => onStart({ process, port }),
  });
}

/**
 * @param {number} port
 * @param {string} repository
 * @param {string} tag
 * @returns {Promise<string | undefined>} The digest of the manifest that the registry has under this tag.
 */
export async function digestOf(port, repository, tag) {
  const path = `/v2/${repository}/manifests/${tag}`;
  const { status, headers } = await get({ host: LOOPBACK, port }, path, {
    method: 'HEAD',
    headers: { accept: MANIFEST_TYPES },
  });
  const digest = headers['docker-content-digest'];
  return status === 200 && typeof digest === 'string' ? digest : undefined;
}

/** @param {number} port */
export const registryHost = (port) => `${LOOPBACK}:${port}`;

/**
 * @param {string} folder
 * @param {string} address
 */
function formatConfig(folder, address) {
  // JSON is YAML: the folder needs no escaping of its own.
  const config = {
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: folder }, delete: { enabled: true } },
    http: { addr: address },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** The first port from 5000 on that nothing listens on. */
async function freePort() {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS; port++) if (await isFree(port)) return port;
  throw new EngineFailure(
    `no free port between ${FIRST_PORT} and ${FIRST_PORT + PORTS - 1} for the registry`,
    {
      remedy: 'stop what listens there: ss -ltnp',
    },
  );
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}
