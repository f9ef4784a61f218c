// @ts-check
import { join } from 'node:path';
import { runCommand } from './run-command.mjs';
import { StepFailed, step } from './step.mjs';

const NO_ENGINE_TO_BE_HAD = 3;

/**
 * Finds or sets up the Docker engine.
 *
 * @param {string} root the checkout
 * @returns {Promise<{ env: NodeJS.ProcessEnv } | { reason: string }>} what to add to the environment so that
 *   `docker` reaches the engine, or why there is none
 */
export async function ensureEngine(root) {
  const tool = join(root, 'tools/engine/engine.mjs');
  try {
    await step('bring up a Docker engine', [process.execPath, tool, 'up'], { cwd: root });
  } catch (error) {
    if (error instanceof StepFailed && error.code === NO_ENGINE_TO_BE_HAD) return { reason: error.message };
    throw error;
  }
  const { stdout } = await runCommand([process.execPath, tool, 'env'], { cwd: root });
  return { env: JSON.parse(stdout) };
}
