// @ts-check
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Check
 * @property {string} title
 * @property {readonly string[]} argv
 * @property {string} [cwd]
 * @property {{ kind: 'jest' | 'junit', file: string }} [report] where the test runner leaves its counts
 */

const PYTHON_TOOLS = ['locks', 'compat', 'service_images', 'manifests'];

/**
 * Every check in the order in which they run: the quick ones first.
 *
 * @param {string} root the checkout
 * @param {string} reports folder for the reports
 * @returns {readonly Check[]}
 */
export function checks(root, reports) {
  const bin = (/** @type {string} */ name) => join(root, 'node_modules/.bin', name);
  const python = join(root, '.venv/bin/python');
  const jest = (/** @type {string} */ name, /** @type {string} */ config) => {
    const file = join(reports, `${name}.json`);
    return {
      argv: [bin('jest'), '--config', join(root, config), '--json', '--outputFile', file],
      report: /** @type {const} */ ({ kind: 'jest', file }),
    };
  };
  const withArgs = (/** @type {ReturnType<typeof jest>} */ check, /** @type {string[]} */ ...args) => ({
    ...check,
    argv: [...check.argv, ...args],
  });
  const pytest = (
    /** @type {string} */ name,
    /** @type {string} */ folder,
    /** @type {string[]} */ ...paths
  ) => {
    const file = join(reports, `${name}.xml`);
    return {
      argv: [python, '-m', 'pytest', '--quiet', `--junitxml=${file}`, ...paths],
      cwd: join(root, folder),
      report: /** @type {const} */ ({ kind: 'junit', file }),
    };
  };
  const nodeTests = join(reports, 'tools.xml');
  return [
    { title: 'format', argv: [bin('prettier'), '--check', '--log-level=warn', '.'] },
    { title: 'options in the README', argv: [process.execPath, 'tools/docs/options.mjs', '--check'] },
    { title: 'lint the plugin', argv: [bin('eslint'), '.'], cwd: join(root, 'packages/tfod') },
    { title: 'lint tools and e2e', argv: [bin('eslint'), 'tools', 'e2e'] },
    { title: 'types of the plugin', argv: [bin('nx'), 'run', 'tfod:typecheck'] },
    { title: 'types of tools and e2e', argv: [bin('tsc'), '--noEmit', '-p', 'tools/tsconfig.json'] },
    { title: 'lint Python', argv: [python, '-m', 'ruff', 'check', '.'] },
    { title: 'format of Python', argv: [python, '-m', 'ruff', 'format', '--check', '.'] },
    { title: 'types of the runtime', argv: [python, '-m', 'mypy'], cwd: join(root, 'packages/tfod-runtime') },
    {
      title: 'types of the Python tools',
      argv: [python, '-m', 'mypy', '--strict', ...PYTHON_TOOLS.flatMap((name) => ['-p', `tools.${name}`])],
    },
    {
      title: 'types of the demo model',
      argv: [python, '-m', 'mypy', 'demo_model', 'tests'],
      cwd: join(root, 'tools/demo-model'),
    },
    { title: 'templates as rendered', argv: [process.execPath, 'tools/templates/check.mjs'] },
    {
      title: 'unit tests of the plugin',
      ...withArgs(jest('tfod', 'packages/tfod/jest.config.cjs'), '--maxWorkers=100%'),
    },
    {
      title: 'unit tests of the tools',
      argv: [
        ...[process.execPath, '--test', '--test-reporter=junit', `--test-reporter-destination=${nodeTests}`],
        ...specsOf(join(root, 'tools')),
      ],
      report: { kind: 'junit', file: nodeTests },
    },
    { title: 'tests of the runtime', ...pytest('runtime', 'packages/tfod-runtime') },
    { title: 'tests of the demo model', ...pytest('demo-model', 'tools/demo-model') },
    {
      title: 'tests of the Python tools',
      ...pytest('tools', '.', ...PYTHON_TOOLS.map((name) => `tools/${name}`)),
    },
    { title: 'image builds on the engine', ...jest('engine', 'packages/tfod/jest.engine.config.cjs') },
    { title: 'scenarios', ...jest('e2e', 'e2e/jest.config.cjs') },
  ];
}

/**
 * @param {string} folder
 * @returns {string[]} paths of the specs of node's own test runner below it
 */
function specsOf(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.spec.mjs'))
    .map((name) => join(folder, name));
}
