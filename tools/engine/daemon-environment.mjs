// @ts-check
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** These steer the client; of the engine that is set up here they would tell it lies. */
const CLIENT_SETTINGS = ['HOST', 'CONTEXT', 'CONFIG', 'TLS', 'TLS_VERIFY', 'CERT_PATH', 'API_VERSION'];
/** Where a user's PATH often lacks what root's has. */
const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * The environment in which unpacked programs find each other and the libraries that came with them.
 *
 * @param {Pick<import('./layout.mjs').Layout, 'software' | 'programs' | 'iptablesBin'>} layout
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function daemonEnvironment(layout, env) {
  const machine = join(layout.software, 'machine');
  const libraries = libraryFolders(join(machine, 'usr', 'lib'));
  const xtables = libraries.map((folder) => join(folder, 'xtables')).find(existsSync);
  const isKept = (/** @type {string} */ name) =>
    !CLIENT_SETTINGS.some((setting) => name === `DOCKER_${setting}`);
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => isKept(name))),
    PATH: [layout.programs, layout.iptablesBin, env['PATH'], ...SYSTEM_PATH].filter(Boolean).join(':'),
    LD_LIBRARY_PATH: [...libraries, env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
    DEBOOTSTRAP_DIR: join(machine, 'usr', 'share', 'debootstrap'),
    ...(xtables ? { XTABLES_LIBDIR: xtables } : {}),
  };
}

/** @param {string} lib Libraries lie below the machine's multiarch name: `x86_64-linux-gnu`. */
function libraryFolders(lib) {
  if (!existsSync(lib)) return [];
  return readdirSync(lib)
    .filter((name) => name.includes('-linux-'))
    .map((name) => join(lib, name));
}
