// @ts-check
/**
 * What a service with a model of gigabytes costs: to plan when nothing changed, and to build after an edit of its
 * code. Counts the bytes that tfod and the programs that it runs read.
 *
 * Usage: node tools/benchmarks/big-model/big-model.mjs [--gibibytes=2] [--rounds=5]
 */
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withBenchWorkspace } from '../bench-workspace.mjs';
import { median } from '../timing.mjs';
import { writeTinyServices } from '../tiny-services.mjs';

const { values } = parseArgs({
  options: { gibibytes: { type: 'string', default: '2' }, rounds: { type: 'string', default: '5' } },
});
const SCRIPT = fileURLToPath(new URL('in-process.cjs', import.meta.url));
const CHUNK = 64 * 2 ** 20;
/** A file must have been left alone for so long before what is known of it is believed. */
const SETTLED_MS = 3000;

await withBenchWorkspace(async ({ folder, env, space }) => {
  writeTinyServices(folder, { services: 1, space, salt: randomUUID() });
  const service = join(folder, 'apps/svc0000');
  writeWeights(join(service, 'models/demo/saved_model/variables/variables.data-00000-of-00001'));
  await sleep(SETTLED_MS);

  const run = (/** @type {'plan' | 'build'} */ action) => {
    const told = execFileSync(process.execPath, [SCRIPT], {
      env: { ...env, WORKSPACE: folder, ACTION: action },
      encoding: 'utf8',
    });
    return JSON.parse(told);
  };
  show('first plan', [run('plan')]);
  show('first build', [run('build')]);
  const plans = [];
  const edits = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    plans.push(run('plan'));
    appendFileSync(join(service, 'src/svc0000/part0.py'), `# ${randomUUID()}\n`);
    edits.push(run('build'));
  }
  show('plan, unchanged', plans);
  show('build after an edit of the code', edits);
});

/** @param {string} file */
function writeWeights(file) {
  mkdirSync(dirname(file), { recursive: true });
  const chunk = randomBytes(CHUNK);
  writeFileSync(file, '');
  for (let at = 0; at < (Number(values.gibibytes) * 2 ** 30) / CHUNK; at += 1) {
    chunk.writeUInt32LE(at);
    appendFileSync(file, chunk);
  }
}

/**
 * @param {string} what
 * @param {readonly { seconds: number, mebibytes: number, maxMiB: number, verdicts: string[] }[]} runs
 */
function show(what, runs) {
  const middle = (/** @type {'seconds' | 'mebibytes' | 'maxMiB'} */ name) =>
    median(runs.map((run) => run[name]));
  process.stdout.write(
    `${what}: ${middle('seconds').toFixed(2)} s, ${middle('mebibytes').toFixed(1)} MiB read, ` +
      `at most ${middle('maxMiB').toFixed(0)} MiB of memory (${runs.at(-1)?.verdicts.join(' ')})\n`,
  );
}
