// @ts-check
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { probe, run } from './commands.mjs';
import { EngineFailure, EXIT } from './failure.mjs';
import { freeBridgeAddress, parseRoutes } from './subnet.mjs';

/** @typedef {NodeJS.ProcessEnv} Env */

const TRIAL_CHAIN = 'TFOD-TRIAL';
const REMEDY = 'run as root on a kernel with bridges and NAT, or install Docker Engine by other means';

/**
 * Makes the bridge that containers are attached to, if it is not there.
 *
 * @param {string} bridge
 * @param {Env} env
 */
export async function ensureBridge(bridge, env) {
  if (await isThere(bridge, env)) return;
  const address = freeBridgeAddress(parseRoutes(readFileSync('/proc/net/route', 'utf8')));
  if (!address)
    throw new EngineFailure('no free /24 subnet for containers in 10.213.0.0/16', {
      remedy: 'free one: ip route',
    });
  const options = { env, remedy: REMEDY };
  await run(['ip', 'link', 'add', 'name', bridge, 'type', 'bridge'], options);
  await run(['ip', 'address', 'add', address, 'dev', bridge], options);
  await run(['ip', 'link', 'set', bridge, 'up'], options);
}

/**
 * @param {string} bridge
 * @param {Env} env
 */
export async function removeBridge(bridge, env) {
  if (await isThere(bridge, env)) await probe(['ip', 'link', 'delete', bridge], { env });
}

/**
 * @param {string} bridge
 * @param {Env} env
 */
async function isThere(bridge, env) {
  return (await probe(['ip', 'link', 'show', 'dev', bridge], { env })).code === 0;
}

/**
 * Sees to an `iptables` on the daemon's PATH that this kernel obeys: the machine's own, or else the unpacked one in the
 * first of its two flavours with which NAT rules can really be made.
 *
 * @param {import('./layout.mjs').Layout} layout
 * @param {Env} machineEnv
 * @param {Env} daemonEnv
 */
export async function ensureIptables(layout, machineEnv, daemonEnv) {
  rmSync(layout.iptablesBin, { recursive: true, force: true });
  if (await makesNatRules('iptables', machineEnv)) return;
  for (const flavour of ['nft', 'legacy']) {
    if (!(await makesNatRules(`iptables-${flavour}`, daemonEnv))) continue;
    mkdirSync(layout.iptablesBin, { recursive: true });
    for (const name of ['iptables', 'ip6tables', 'iptables-save', 'iptables-restore']) {
      symlinkSync(join(layout.programs, `xtables-${flavour}-multi`), join(layout.iptablesBin, name));
    }
    return;
  }
  throw new EngineFailure('this kernel accepts no NAT rules from iptables', {
    remedy: REMEDY,
    exitCode: EXIT.unsupported,
  });
}

/**
 * Tries the very kinds of rules that the daemon will make, in a chain that nothing jumps to.
 *
 * @param {string} iptables
 * @param {Env} env
 */
async function makesNatRules(iptables, env) {
  const nat = /** @type {const} */ (['--wait', '--table', 'nat']);
  const attempts = [
    ['--new-chain', TRIAL_CHAIN],
    ['--append', TRIAL_CHAIN, '-m', 'addrtype', '--dst-type', 'LOCAL', '-j', 'RETURN'],
    ['--append', TRIAL_CHAIN, '-s', '10.213.0.0/24', '-j', 'MASQUERADE'],
  ];
  let works = true;
  for (const attempt of attempts) works &&= (await probe([iptables, ...nat, ...attempt], { env })).code === 0;
  await probe([iptables, ...nat, '--flush', TRIAL_CHAIN], { env });
  await probe([iptables, ...nat, '--delete-chain', TRIAL_CHAIN], { env });
  return works;
}
