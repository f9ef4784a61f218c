// @ts-check
/**
 * The random edits of the unit tests on a real engine: after each edit the product is asked for the images of the
 * services, what it builds is held against the oracle, and the files of each built image against those that plain
 * `docker buildx bake --no-cache` makes of the same tree.
 *
 * Usage: node tools/benchmarks/random-edits/random-edits.mjs [--steps=200] [--seed=1]
 *
 * Brings an engine up if there is none; takes its own images away at the end.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureEngine } from '../../setup/engine.mjs';

const { values } = parseArgs({
  options: { steps: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const engine = await ensureEngine(fileURLToPath(new URL('../../..', import.meta.url)));
if ('reason' in engine) throw new Error(engine.reason);
Object.assign(process.env, engine.env);
const require = createRequire(import.meta.url);
require('@swc-node/register');
const { dockerPlace } = require('../../../packages/tfod/src/testing/fleet/docker-place');
const { ProvingGround } = require('../../../packages/tfod/src/testing/fleet/proving-ground');

const steps = Number(values.steps);
let compared = 0;
const { place, dispose } = await dockerPlace(() => (compared += 1));
const ground = new ProvingGround(place);
let done = 0;
try {
  for (; done < steps; done += 1) {
    await ground.step(Number(values.seed) * 1_000_000 + done);
    if (done % 10 === 9) process.stderr.write(`${done + 1} of ${steps} steps, ${compared} images compared\n`);
  }
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`step ${done}: ${error instanceof Error ? error.message : String(error)}\n`);
} finally {
  ground.dispose();
  dispose();
}
for (const [what, times] of Object.entries(ground.tally).sort()) process.stdout.write(`${what}: ${times}\n`);
process.stdout.write(`${done} steps, ${compared} images compared with a build without a cache\n`);
