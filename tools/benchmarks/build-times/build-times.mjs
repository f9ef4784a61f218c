// @ts-check
/**
 * How long `docker-build` takes after each kind of change, as its user waits for it: Nx included.
 *
 * Usage: node tools/benchmarks/build-times/build-times.mjs
 *
 * Needs `nx build tfod` to have run and an engine; makes a workspace in a temporary folder. Every edit is made
 * unique, so that no earlier run has built it.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureEngine } from '../../setup/engine.mjs';
import { packPlugin } from '../../setup/plugin.mjs';
import { runCommand } from '../../setup/run-command.mjs';
import { makeWorkspace } from '../../workspace/make-workspace.mjs';
import { workspaceEnv } from '../../workspace/workspace-env.mjs';

const SERVICE = 'apps/parking';
const RUNS = 3;

/** @typedef {{ title: string, file?: string, flags?: string[], runs?: number }} Change */

/** @type {readonly Change[]} */
const CHANGES = [
  { title: 'first build, BuildKit cache not used', flags: ['--force'], runs: 1 },
  { title: 'unchanged' },
  { title: 'code edited', file: 'src/parking/detect.py' },
  { title: 'model changed', file: 'models/demo/labels.pbtxt' },
  { title: 'lock changed', file: 'requirements/tf.lock', runs: 1 },
];

const root = fileURLToPath(new URL('../../..', import.meta.url));
const engine = await ensureEngine(root);
if ('reason' in engine) throw new Error(engine.reason);
const folder = mkdtempSync(join(tmpdir(), 'tfod-build-times-'));
try {
  await makeWorkspace(folder, await packPlugin(root));
  const env = workspaceEnv({ ...process.env, ...engine.env }, folder);
  const nx = async (/** @type {string[]} */ ...args) => {
    const started = performance.now();
    const { code, tail } = await runCommand([join(folder, 'node_modules/.bin/nx'), ...args], {
      cwd: folder,
      env,
    });
    if (code !== 0) throw new Error(tail);
    return (performance.now() - started) / 1000;
  };
  await nx('g', 'tfod:service', 'parking', '--no-interactive');
  await nx('run', 'parking:docker-build');
  for (const { title, file, flags = [], runs = RUNS } of CHANGES) {
    const seconds = [];
    for (let run = 0; run < runs; run++) {
      if (file) edit(join(folder, SERVICE, file));
      seconds.push(await nx('run', 'parking:docker-build', ...flags));
    }
    const built = JSON.parse(readFileSync(join(folder, 'dist', SERVICE, 'images.json'), 'utf8'))
      .images.filter((/** @type {{ verdict: string }} */ { verdict }) => verdict === 'build')
      .map((/** @type {{ role: string }} */ { role }) => role);
    process.stdout.write(
      `| ${title} | ${built.join(', ') || 'nothing'} | ${median(seconds).toFixed(1)} s |\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} file gets a comment as its first line: Python, pbtxt and lock files all know `#` */
function edit(file) {
  writeFileSync(file, `# ${randomUUID()}\n${readFileSync(file, 'utf8')}`);
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
