// @ts-check
import { probe } from './commands.mjs';
import { parseBuildxVersion, shortcomings } from './engine-version.mjs';

/**
 * @typedef {{ host: string, version: string }} ExistingEngine `host` is docker's endpoint: `unix:///…`, `tcp://…`.
 * @typedef {{ engine?: ExistingEngine, problems: string[], answers: boolean }} Finding An engine only when there are no
 *   problems; `answers` says whether there is one at all.
 */

/**
 * The engine that `docker` talks to by itself: by DOCKER_HOST, or by its current context.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Finding>}
 */
export async function findExistingEngine(env) {
  const [server, plugin] = await Promise.all([
    probe(['docker', 'version', '--format', '{{.Server.Version}}'], { env }),
    probe(['docker', 'buildx', 'version'], { env }),
  ]);
  const version = server.code === 0 ? server.stdout.trim() : undefined;
  const buildx = plugin.code === 0 ? parseBuildxVersion(plugin.stdout) : undefined;
  const problems = shortcomings({ ...(version ? { engine: version } : {}), ...(buildx ? { buildx } : {}) });
  if (!version || problems.length > 0) return { problems, answers: version !== undefined };
  return { engine: { host: await endpoint(env), version }, problems, answers: true };
}

/**
 * What makes any program use that engine. Nothing for one behind TCP that a context names: its certificates come with the
 * context, and DOCKER_HOST would leave them behind.
 *
 * @param {ExistingEngine} engine
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
export function existingEngineVariables({ host }, env) {
  return env['DOCKER_HOST'] || !host.startsWith('tcp:') ? { DOCKER_HOST: host } : {};
}

/** @param {NodeJS.ProcessEnv} env */
async function endpoint(env) {
  if (env['DOCKER_HOST']) return env['DOCKER_HOST'];
  const format = '{{.Endpoints.docker.Host}}';
  const { stdout } = await probe(['docker', 'context', 'inspect', '--format', format], { env });
  return stdout.trim();
}
