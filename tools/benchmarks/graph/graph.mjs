// @ts-check
/**
 * What the plugin adds to the time of a command of Nx that needs the project graph and nothing else.
 *
 * Usage: node tools/benchmarks/graph/graph.mjs [RUNS]
 *
 * Makes pairs of equal workspaces in a temporary folder, one of each pair with the plugin registered; runs
 * `nx show projects` in both by turns, warm, and prints medians in milliseconds: of the clock, and of the processor, which
 * other work on the machine moves less; that of a daemon is not counted. Linux only.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packPlugin } from '../../setup/plugin.mjs';
import { runCommand } from '../../setup/run-command.mjs';
import { makeWorkspace } from '../../workspace/make-workspace.mjs';
import { workspaceEnv } from '../../workspace/workspace-env.mjs';
import { graphFiles, writeFleet } from './fleet.mjs';

const SIZES = [100, 300, 1000];
/** Who makes the graph: Nx's daemon, as on a laptop, or the command itself, as in CI. */
const MAKERS = [
  { title: 'the daemon', env: { NX_DAEMON: 'true' } },
  { title: 'the command, plugins in processes of their own', env: { NX_ISOLATE_PLUGINS: 'true' } },
  { title: 'the command, plugins in its process', env: { NX_ISOLATE_PLUGINS: 'false' } },
];
/** The first is cold, and what changed shortly before it is read again by the second. */
const COLD = 2;
/** Of a clock tick of Linux, as it tells it to programs. */
const MS_PER_TICK = 10;
const runs = Number(process.argv[2] ?? 11);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tfod-graph-'));
try {
  const model = join(folder, 'model');
  await makeWorkspace(model, await packPlugin(root));
  await nx(model, 'g', 'tfod:service', 'parking', '--variants=cpu,gpu', '--no-interactive');
  const files = graphFiles(join(model, 'apps/parking'));
  print('| services | the graph is made by | without tfod | with tfod | tfod adds | of the processor |');
  print('| --- | --- | --- | --- | --- | --- |');
  for (const size of SIZES) {
    const withTfod = workspaceOf(model, `with-${size}`, size, files);
    const without = workspaceOf(model, `without-${size}`, size, files);
    forgetPlugin(without);
    for (const { title, env } of MAKERS) {
      const warm = await pairsOf(without, withTfod, env);
      const cells = [
        String(size),
        title,
        ms(warm.map(({ without }) => without.clock)),
        ms(warm.map((pair) => pair.with.clock)),
        ms(warm.map((pair) => pair.with.clock - pair.without.clock)),
        ms(warm.map((pair) => pair.with.processor - pair.without.processor)),
      ];
      print(`| ${cells.join(' | ')} |`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {string} model a workspace with everything installed
 * @param {string} name
 * @param {number} size
 * @param {ReadonlyMap<string, string>} files
 */
function workspaceOf(model, name, size, files) {
  const workspace = join(folder, name);
  for (const file of ['package.json', 'nx.json', '.gitignore'])
    cpSync(join(model, file), join(workspace, file));
  symlinkSync(join(model, 'node_modules'), join(workspace, 'node_modules'));
  writeFleet(workspace, size, files);
  return workspace;
}

/** @param {string} workspace */
function forgetPlugin(workspace) {
  const path = join(workspace, 'nx.json');
  const { plugins, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
  if (!plugins) throw new Error('the plugin is not registered');
  writeFileSync(path, JSON.stringify(rest));
}

/**
 * @param {string} without
 * @param {string} withTfod
 * @param {NodeJS.ProcessEnv} env
 */
async function pairsOf(without, withTfod, env) {
  const pairs = [];
  try {
    for (let run = 0; run < COLD + runs; run++) {
      pairs.push({ without: await timed(without, env), with: await timed(withTfod, env) });
    }
  } finally {
    // Those that the commands started, if any.
    for (const workspace of [without, withTfod]) await run(workspace, env, 'daemon', '--stop');
  }
  return pairs.slice(COLD);
}

/**
 * @param {string} workspace
 * @param {NodeJS.ProcessEnv} env
 */
async function timed(workspace, env) {
  const [started, spent] = [performance.now(), childrenMs()];
  await run(workspace, env, 'show', 'projects');
  return { clock: performance.now() - started, processor: childrenMs() - spent };
}

/** The processor time of all processes that this one started and that ended, in milliseconds (proc(5), 16 and 17). */
function childrenMs() {
  const afterName = readFileSync('/proc/self/stat', 'utf8').split(') ')[1] ?? '';
  const [user, system] = afterName.split(' ').slice(13, 15).map(Number);
  return ((user ?? NaN) + (system ?? NaN)) * MS_PER_TICK;
}

/**
 * @param {string} workspace
 * @param {...string} args
 */
function nx(workspace, ...args) {
  return run(workspace, {}, ...args);
}

/**
 * @param {string} workspace
 * @param {NodeJS.ProcessEnv} extra
 * @param {...string} args
 */
async function run(workspace, extra, ...args) {
  const env = { ...workspaceEnv(process.env, workspace), NX_DAEMON: 'false', ...extra };
  const { code, tail } = await runCommand([join(workspace, 'node_modules/.bin/nx'), ...args], {
    cwd: workspace,
    env,
  });
  if (code !== 0) throw new Error(tail);
}

/** @param {readonly number[]} values */
function ms(values) {
  return `${Math.round(median(values))} ms`;
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
