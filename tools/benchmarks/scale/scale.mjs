// @ts-check
/**
 * How long the plan of many services takes, and how much memory, on an engine that has the images of all.
 *
 * Usage: node tools/benchmarks/scale/scale.mjs [--services=1000] [--rounds=5]
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withBenchWorkspace } from '../bench-workspace.mjs';
import { secondsOf, spread } from '../timing.mjs';
import { writeTinyServices } from '../tiny-services.mjs';

const { values } = parseArgs({
  options: { services: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '5' } },
});
const SCRIPT = fileURLToPath(new URL('plan-in-process.cjs', import.meta.url));
const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

await withBenchWorkspace(async ({ folder, env, space, nx }) => {
  const salt = randomUUID();
  for (const services of [Number(values.services) / 10, Number(values.services)]) {
    writeTinyServices(folder, { services, space, salt });
    const seconds = await secondsOf(() => nx('run-many', '-t', 'docker-build'));
    print(`${services} services, first build of those that are new: ${seconds.toFixed(1)} s`);
    const told = execFileSync(process.execPath, [SCRIPT], {
      env: { ...env, WORKSPACE: folder, ROUNDS: values.rounds },
      encoding: 'utf8',
    });
    const plan = JSON.parse(told);
    print(`${services} services, plan: ${spread(plan.seconds)}, ${JSON.stringify(plan.verdicts)}`);
    print(`${services} services, most memory: ${plan.maxMiB.toFixed(0)} MiB`);
  }
});
