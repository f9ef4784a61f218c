// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SUCCESS = "{ success: true, terminalOutput: '' }";

const FILES = {
  'package.json': '{ "name": "idle", "version": "0.0.0", "executors": "./executors.json" }\n',
  'executors.json': JSON.stringify({
    executors: {
      idle: {
        implementation: './idle.js',
        batchImplementation: './idle-batch.js',
        preferBatch: true,
        schema: './schema.json',
      },
    },
  }),
  'schema.json': '{ "version": 2, "type": "object", "properties": {} }\n',
  'idle.js': `exports.default = async () => (${SUCCESS});\n`,
  'idle-batch.js': [
    'exports.default = async function* (graph) {',
    `  for (const task of Object.keys(graph.tasks)) yield { task, result: ${SUCCESS} };`,
    '};',
    '',
  ].join('\n'),
};

/**
 * An executor that does nothing, with the same batches as docker-build: Nx starts the same process for it, so the
 * difference is what tfod takes. `nx:noop` is none, since Nx starts no process for it.
 *
 * @param {string} root the workspace
 * @returns {string} what a target names as its executor
 */
export function writeIdleExecutor(root) {
  const folder = join(root, 'idle');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  return './idle:idle';
}
