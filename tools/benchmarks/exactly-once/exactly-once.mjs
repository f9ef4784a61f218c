// @ts-check
/**
 * How often the images that services share are built, when all are built for the first time: in one Nx run, by a
 * process for each service, and by several Nx runs of which one is killed while it builds. The builder itself counts.
 *
 * Usage: node tools/benchmarks/exactly-once/exactly-once.mjs [--services=50] [--repetitions=20] [--runs=5]
 *
 * Needs `nx build tfod` to have run and an engine; makes a workspace in a temporary folder.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureEngine } from '../../setup/engine.mjs';
import { packPlugin } from '../../setup/plugin.mjs';
import { makeWorkspace } from '../../workspace/make-workspace.mjs';
import { workspaceEnv } from '../../workspace/workspace-env.mjs';
import { fleetTags, removeFleet, runsOf } from './builder-log.mjs';
import { SHARED, writeFleet } from './fleet.mjs';

/** @typedef {import('./builder-log.mjs').Runs} Runs */
/** @typedef {{ code: number | null, output: string }} Ended */
/** @typedef {{ way: string, base: Runs, tf: Runs, receipts: number, wrong: number, seconds: number, takeOver?: number }} Row */

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '50' },
    repetitions: { type: 'string', default: '20' },
    runs: { type: 'string', default: '5' },
  },
});
const [services, repetitions, runs] = [values.services, values.repetitions, values.runs].map(Number);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const engine = await ensureEngine(root);
if ('reason' in engine) throw new Error(engine.reason);
const folder = mkdtempSync(join(tmpdir(), 'tfod-once-'));
const env = workspaceEnv(
  { ...process.env, ...engine.env, TFOD_CACHE_DIR: join(folder, '.cache/tfod') },
  folder,
);

/** @type {Record<string, (names: readonly string[]) => Promise<number | undefined>>} */
const WAYS = {
  'one Nx run': async () => mustSucceed([await nx(['run-many', '-t', 'docker-build']).ended]),
  'a process for each service': async (names) => {
    const ended = names.map((name) => nx(['run', `${name}:docker-build`]).ended);
    return mustSucceed(await Promise.all(ended));
  },
  'several Nx runs, one killed': async () => {
    const all = Array.from({ length: runs ?? 0 }, () => nx(['run-many', '-t', 'docker-build']));
    const builds = /building \d+ images for/;
    const first = await Promise.race(all.map(async (each) => (await each.says(builds), each)));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2500));
    first.kill();
    const killed = performance.now();
    const others = all.filter((each) => each !== first);
    const next = Promise.race(others.map(({ says }) => says(builds)));
    const takeOver = next.then(() => (performance.now() - killed) / 1000);
    const done = Promise.all(others.map(({ ended }) => ended)).then(mustSucceed);
    // Nobody takes over from one that was done when it was killed.
    const seconds = await Promise.race([takeOver, done]);
    await done;
    return seconds;
  },
};

try {
  await makeWorkspace(folder, await packPlugin(root));
  /** @type {Row[]} */
  const rows = [];
  for (let repetition = 0; repetition < (repetitions ?? 0); repetition++) {
    for (const way of Object.keys(WAYS)) {
      rows.push(await measure(way));
      process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
    }
  }
  process.stdout.write(`${table(rows)}\n`);
  process.exitCode = rows.every(isOnce) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {string} way
 * @returns {Promise<Row>}
 */
async function measure(way) {
  for (const name of ['apps', 'dist']) rmSync(join(folder, name), { recursive: true, force: true });
  const salt = randomUUID();
  const names = writeFleet(folder, { services: services ?? 0, salt });
  const started = performance.now();
  const takeOver = await WAYS[way]?.(names);
  const seconds = (performance.now() - started) / 1000;
  const [base, tf] = await Promise.all(SHARED.map((role) => runsOf(salt, role, env)));
  if (base === undefined || tf === undefined) throw new Error('no counts');
  const receipts = names.filter((name) => existsSync(join(folder, 'dist/apps', name, 'images.json'))).length;
  const { wrong } = await fleetTags(env);
  await removeFleet(env);
  return {
    way,
    base,
    tf,
    receipts,
    wrong: wrong.length,
    seconds,
    ...(takeOver !== undefined && { takeOver }),
  };
}

/** @param {readonly string[]} args */
function nx(args) {
  const child = spawn(join(folder, 'node_modules/.bin/nx'), args, {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let heard = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += String(text);
      heard();
    });
  }
  /** @type {Promise<Ended>} */
  const ended = new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
  return {
    ended,
    /** With all of its children, as the kernel does when memory is short. */
    kill: () => process.kill(-(child.pid ?? 0), 'SIGKILL'),
    says: (/** @type {RegExp} */ words) =>
      /** @type {Promise<void>} */ (
        new Promise((resolve) => {
          heard = () => words.test(output) && resolve();
          heard();
        })
      ),
  };
}

/**
 * @param {readonly Ended[]} all
 * @returns {undefined}
 */
function mustSucceed(all) {
  for (const { code, output } of all) if (code !== 0) throw new Error(output);
}

/**
 * Built once: every step came to its end once. One that was killed in the middle began twice.
 *
 * @param {Row} row
 */
function isOnce({ base, tf, receipts, wrong }) {
  return base.ended === 1 && tf.ended === 1 && receipts === services && wrong === 0;
}

/** @param {readonly Row[]} rows */
function table(rows) {
  const lines = Object.keys(WAYS).map((way) => {
    const own = rows.filter((row) => row.way === way);
    const times = own.map(({ seconds }) => seconds).sort((a, b) => a - b);
    const most = (/** @type {(row: Row) => number} */ of) => Math.max(...own.map(of));
    const takeOver = own.some((row) => row.takeOver !== undefined)
      ? `${most((row) => row.takeOver ?? 0).toFixed(1)} s`
      : '–';
    return [
      way,
      own.length,
      own.filter(isOnce).length,
      `${most(({ base }) => base.ended)} / ${most(({ tf }) => tf.ended)}`,
      most(({ wrong }) => wrong),
      takeOver,
      `${(times[Math.floor(times.length / 2)] ?? NaN).toFixed(1)} s`,
    ];
  });
  const head = [
    'way',
    'repetitions',
    'built once',
    'most base / tf',
    'wrong tags',
    'longest take-over',
    'median',
  ];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
