// @ts-check
import { EngineFailure, EXIT } from './failure.mjs';
import { BASES } from './stand-in.mjs';

/**
 * @typedef {import('./stand-in.mjs').Base} Base
 * @typedef {{ command: 'up', bases: readonly Base[] | undefined } | { command: 'down' } | { command: 'status' }
 *   | { command: 'env', shell: boolean } | { command: 'help' }} Request
 */

export const USAGE = `Usage: node tools/engine/engine.mjs COMMAND

  up [--bases TAG,…]  find a Docker engine, or set one up; the stand-in base images to make (by default all):
                      ${BASES.map(({ tag }) => tag).join(', ')}
  down                stop what up started
  status              which engine there is; exit code 1 if none
  env [--shell]       what to add to the environment, as JSON or as lines for eval
`;

/**
 * @param {readonly string[]} argv Without node and the script.
 * @returns {Request}
 * @throws {EngineFailure} With exit code 2 on anything that is not in the usage.
 */
export function parseArguments(argv) {
  const [command = 'help', ...options] = argv;
  switch (command) {
    case 'up':
      return { command, bases: parseBases(options) };
    case 'env':
      refuseRest(options.filter((option) => option !== '--shell'));
      return { command, shell: options.includes('--shell') };
    case 'down':
    case 'status':
      refuseRest(options);
      return { command };
    case 'help':
    case '--help':
    case '-h':
      return { command: 'help' };
    default:
      throw misuse(`there is no command ${command}`);
  }
}

/** @param {readonly string[]} options */
function parseBases(options) {
  const [first, ...rest] = options;
  if (first === undefined) return undefined;
  const [name, value = rest.shift()] = first.split('=', 2);
  if (name !== '--bases' || !value) throw misuse(`cannot use ${first}`);
  refuseRest(rest);
  return value.split(',').map((tag) => {
    const base = BASES.find((candidate) => candidate.tag === tag);
    if (!base) throw misuse(`no stand-in is known for python:${tag}`);
    return base;
  });
}

/** @param {readonly string[]} rest */
function refuseRest(rest) {
  if (rest.length > 0) throw misuse(`cannot use ${rest.join(' ')}`);
}

/** @param {string} what */
function misuse(what) {
  return new EngineFailure(what, { remedy: 'node tools/engine/engine.mjs --help', exitCode: EXIT.usage });
}
