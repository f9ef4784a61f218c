#!/usr/bin/env node
// @ts-check
import { homedir } from 'node:os';
import { parseArguments, USAGE } from './arguments.mjs';
import { existingEngineVariables, findExistingEngine } from './existing-engine.mjs';
import { answers } from './daemon.mjs';
import { EngineFailure, EXIT } from './failure.mjs';
import { layoutOf } from './layout.mjs';
import { requireDebian } from './machine.mjs';
import { findOwnEngine, ownEngineVariables, setUp, tearDown } from './own-engine.mjs';
import { formatShell } from './shell-lines.mjs';

/**
 * @typedef {import('./machine.mjs').Machine} Machine
 * @typedef {import('./layout.mjs').Layout} Layout
 * @typedef {{ summary: string, variables: Record<string, string> }} Engine
 */

const DEFAULT_SOCKET = '/var/run/docker.sock';

/**
 * @param {readonly string[]} argv
 * @param {Machine} machine
 * @returns {Promise<number>} The exit code.
 */
async function main(argv, machine) {
  const request = parseArguments(argv);
  const layout = layoutOf(machine.env, machine.home);
  switch (request.command) {
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case 'up':
      process.stdout.write(`${await up(layout, machine, request.bases)}\n`);
      return 0;
    case 'down':
      process.stdout.write((await tearDown(layout, machine.env)) ? 'stopped\n' : 'nothing to stop\n');
      return 0;
    case 'status':
      return status(layout, machine);
    case 'env': {
      const { variables } = await requireEngine(layout, machine);
      process.stdout.write(
        request.shell ? formatShell(variables) : `${JSON.stringify(variables, null, 2)}\n`,
      );
      return 0;
    }
  }
}

/**
 * @param {Layout} layout
 * @param {Machine} machine
 * @param {readonly import('./stand-in.mjs').Base[] | undefined} bases
 */
async function up(layout, machine, bases) {
  const { engine, problems, answers: isRefused } = await existing(layout, machine);
  if (engine) return engine.summary;
  if (isRefused || isChosen(layout, machine)) throw unusable(problems, machine);
  const osRelease = requireDebian(machine, problems);
  if (await answers({ socketPath: DEFAULT_SOCKET }, '/_ping')) {
    throw unusable(['a Docker daemon runs here, but docker is not on the PATH'], machine);
  }
  await setUp(layout, machine.env, osRelease, bases);
  return (await requireEngine(layout, machine)).summary;
}

/**
 * An engine that was chosen by name is not replaced by another one behind its user's back.
 *
 * @param {Layout} layout
 * @param {Machine} machine
 */
function isChosen(layout, { env }) {
  return Boolean(env['DOCKER_HOST']) && env['DOCKER_HOST'] !== layout.dockerHost;
}

/**
 * A daemon that starts flushes the firewall rules of one that runs, so none is set up beside it.
 *
 * @param {readonly string[]} problems
 * @param {Machine} machine
 */
function unusable(problems, { env }) {
  const host = env['DOCKER_HOST'];
  return new EngineFailure(`${host ? `DOCKER_HOST is ${host}: ` : ''}${problems.join('; ')}`, {
    remedy: `update or start that engine${host ? ', or unset DOCKER_HOST' : ', or stop it'}; then run this again`,
    exitCode: EXIT.unsupported,
  });
}

/**
 * @param {Layout} layout
 * @param {Machine} machine
 */
async function status(layout, machine) {
  const engine = await findEngine(layout, machine);
  process.stdout.write(
    engine.summary ? `${engine.summary}\n` : `no usable engine: ${engine.problems.join('; ')}\n`,
  );
  return engine.summary ? 0 : EXIT.failed;
}

/**
 * @param {Layout} layout
 * @param {Machine} machine
 * @returns {Promise<Engine>}
 */
async function requireEngine(layout, machine) {
  const { problems, ...engine } = await findEngine(layout, machine);
  if (engine.summary) return engine;
  throw new EngineFailure(`no usable engine: ${problems.join('; ')}`, {
    remedy: 'node tools/engine/engine.mjs up',
  });
}

/**
 * @param {Layout} layout
 * @param {Machine} machine
 * @returns {Promise<Engine & { problems: string[] }>} `summary` is empty when there is none.
 */
async function findEngine(layout, machine) {
  const { engine, problems } = await existing(layout, machine);
  if (engine) return { ...engine, problems };
  const own = await findOwnEngine(layout);
  if (!own) return { summary: '', variables: {}, problems };
  const variables = ownEngineVariables(layout, machine.env, own.registry);
  return {
    summary: `engine ${own.version} at ${layout.dockerHost}, registry at ${own.registry}`,
    variables,
    problems,
  };
}

/**
 * @param {Layout} layout
 * @param {Machine} machine
 * @returns {Promise<{ engine?: Engine, problems: string[], answers: boolean }>}
 */
async function existing(layout, { env }) {
  if (env['DOCKER_HOST'] === layout.dockerHost) {
    return { problems: ['the engine set up here does not run'], answers: false };
  }
  const { engine, ...finding } = await findExistingEngine(env);
  if (!engine) return finding;
  const summary = `engine ${engine.version} at ${engine.host}, as it was found`;
  return { ...finding, engine: { summary, variables: existingEngineVariables(engine, env) } };
}

/**
 * What the system refused (no space, no permission) is an expected failure too; anything else is a defect.
 *
 * @param {unknown} error
 */
function asFailure(error) {
  if (error instanceof EngineFailure) return error;
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  return new EngineFailure(error.message, { remedy: 'check permissions and free space: df -h' });
}

try {
  const machine = {
    env: process.env,
    home: homedir(),
    platform: process.platform,
    uid: process.getuid?.() ?? -1,
  };
  process.exitCode = await main(process.argv.slice(2), machine);
} catch (error) {
  const failure = asFailure(error);
  if (!failure) throw error;
  process.stderr.write(`${failure.message}\n`);
  process.exitCode = failure.exitCode;
}
