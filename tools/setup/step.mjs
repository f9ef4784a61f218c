// @ts-check
import { runCommand } from './run-command.mjs';

/** A step that did not succeed; its message ends with the last lines that the command printed. */
export class StepFailed extends Error {
  /**
   * @param {string} title
   * @param {number} code the exit status of the command
   * @param {string} tail
   */
  constructor(title, code, tail) {
    super(`${title} failed (exit ${code})\n${tail}`);
    this.name = 'StepFailed';
    this.code = code;
  }
}

/**
 * Runs one command as a named step: quiet when it succeeds, one line with its time.
 *
 * @param {string} title
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, echo?: boolean }} [options]
 * @returns {Promise<string>} what it wrote to stdout
 * @throws {StepFailed} when the command exits with anything but 0
 */
export async function step(title, argv, options) {
  const started = Date.now();
  process.stderr.write(`… ${title}\n`);
  const { code, stdout, tail } = await runCommand(argv, options);
  if (code !== 0) throw new StepFailed(title, code, tail);
  process.stderr.write(`✓ ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
  return stdout;
}
