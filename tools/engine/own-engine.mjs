// @ts-check
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { machineSources } from './apt.mjs';
import { debianArchives } from './apt-sources.mjs';
import { answers, get, stopProcess } from './daemon.mjs';
import { daemonEnvironment } from './daemon-environment.mjs';
import { removeRemains, startDockerd, STOP_PATIENCE_MS } from './dockerd.mjs';
import { EngineFailure } from './failure.mjs';
import { withLock } from './lock.mjs';
import { unmountBelow } from './mounts.mjs';
import { ensureBridge, ensureIptables, removeBridge } from './network.mjs';
import { registryHost, startRegistry } from './registry.mjs';
import { ensureSoftware } from './software.mjs';
import { BASES, ensureBase } from './stand-in.mjs';
import { readState, runningOf, writeState } from './state.mjs';
import { step } from './progress.mjs';
import { removeLeftovers } from './temporary.mjs';

/**
 * @typedef {import('./layout.mjs').Layout} Layout
 * @typedef {import('./machine.mjs').OsRelease} OsRelease
 * @typedef {import('./stand-in.mjs').Base} Base
 * @typedef {import('./state.mjs').State} State
 */

const REGISTRY_PATIENCE_MS = 5_000;

/**
 * Brings up what is not up: software, registry, daemon, base images.
 *
 * @param {Layout} layout
 * @param {NodeJS.ProcessEnv} env
 * @param {OsRelease} osRelease
 * @param {readonly Base[] | undefined} chosen The base images to make; by default all that can be made here.
 */
export function setUp(layout, env, osRelease, chosen) {
  return withLock(layout.lock, async () => {
    removeLeftovers(layout);
    await ensureSoftware(layout, env, osRelease);
    const port = await ensureDaemons(layout, env);
    const daemonEnv = daemonEnvironment(layout, env);
    const clientEnv = { ...daemonEnv, DOCKER_HOST: layout.dockerHost, DOCKER_CONFIG: layout.dockerConfig };
    await ensureBases({ layout, env: clientEnv, port }, osRelease, chosen);
  });
}

/**
 * @param {{ layout: Layout, env: NodeJS.ProcessEnv, port: number }} context
 * @param {OsRelease} osRelease
 * @param {readonly Base[] | undefined} chosen
 */
async function ensureBases(context, osRelease, chosen) {
  const archives = debianArchives(machineSources(), osRelease);
  if (archives) return allOf((chosen ?? BASES).map((base) => ensureBase(base, { ...context, archives })));
  const what = 'the apt sources name no Debian archive, so no base images are made';
  if (chosen)
    throw new EngineFailure(what, { remedy: 'leave --bases out: docker pulls the official images' });
  process.stderr.write(`${what}: docker pulls the official ones\n`);
}

/**
 * Waits for all of them, also when one fails: none may go on behind the lock's back.
 *
 * @param {readonly Promise<void>[]} works
 */
async function allOf(works) {
  for (const outcome of await Promise.allSettled(works))
    if (outcome.status === 'rejected') throw outcome.reason;
}

/**
 * @param {Layout} layout
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} The registry's port.
 */
async function ensureDaemons(layout, env) {
  const daemonEnv = daemonEnvironment(layout, env);
  /** @type {State} */
  let state = runningOf(readState(layout));
  const record = (/** @type {State} */ change) => {
    state = { ...state, ...change };
    writeState(layout, state);
  };
  if (!state.registry) {
    await step('starting the registry', () =>
      startRegistry(layout, daemonEnv, (registry) => record({ registry })),
    );
  }
  const port = /** @type {import('./state.mjs').RegistryRecord} */ (state.registry).port;
  const isGood =
    state.docker?.mirrorPort === port && (await answers({ socketPath: layout.socket }, '/_ping'));
  if (isGood) return port;
  if (state.docker) await stopProcess(state.docker.process, STOP_PATIENCE_MS);
  await step('starting the Docker daemon', async () => {
    record({ bridge: layout.bridge });
    await ensureBridge(layout.bridge, env);
    await ensureIptables(layout, env, daemonEnv);
    await startDockerd(layout, daemonEnv, port, (docker) => record({ docker }));
  });
  return port;
}

/**
 * Stops what `setUp` started and nothing else.
 *
 * @param {Layout} layout
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>} Whether anything was running.
 */
export async function tearDown(layout, env) {
  if (!existsSync(layout.root)) return false;
  return withLock(layout.lock, async () => {
    const { docker, registry, bridge } = runningOf(readState(layout));
    await step('stopping the engine', async () => {
      if (docker) await stopProcess(docker.process, STOP_PATIENCE_MS);
      await removeRemains(layout);
      await unmountBelow(layout.root, env);
      if (registry) await stopProcess(registry.process, REGISTRY_PATIENCE_MS);
      if (bridge) await removeBridge(bridge, env);
    });
    writeState(layout, {});
    return Boolean(docker ?? registry);
  });
}

/**
 * @param {Layout} layout
 * @returns {Promise<{ version: string, registry: string } | undefined>} The engine that `setUp` made, when it answers.
 */
export async function findOwnEngine(layout) {
  const { docker, registry } = runningOf(readState(layout));
  if (!docker || !registry) return undefined;
  const answer = await get({ socketPath: layout.socket }, '/version').catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  return { version: JSON.parse(answer.body).Version, registry: registryHost(registry.port) };
}

/**
 * What a process must have in its environment to use the engine that `setUp` made.
 *
 * @param {Layout} layout
 * @param {NodeJS.ProcessEnv} env
 * @param {string} registry
 * @returns {Record<string, string>}
 */
export function ownEngineVariables(layout, env, registry) {
  const others = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder && folder !== layout.clientBin);
  return {
    DOCKER_HOST: layout.dockerHost,
    DOCKER_CONFIG: layout.dockerConfig,
    PATH: [layout.clientBin, ...others].join(delimiter),
    TFOD_TEST_REGISTRY: registry,
  };
}
