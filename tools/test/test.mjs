// @ts-check
/**
 * Every check there is: format, lint, types, unit tests and the scenarios on a real engine. Sets up what it
 * needs, goes on after a failure, and ends with one line of counts.
 *
 * Usage: npm test [-- --only=STEP]
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBrowser } from '../setup/browser.mjs';
import { ensureBuildkitd } from '../setup/buildkitd.mjs';
import { ensureEngine } from '../setup/engine.mjs';
import { ensureNodeModules } from '../setup/node-modules.mjs';
import { packPlugin } from '../setup/plugin.mjs';
import { ensurePython } from '../setup/python.mjs';
import { StepFailed, step } from '../setup/step.mjs';
import { checks } from './checks.mjs';
import { addCounts, readCounts } from './counts.mjs';

async function main() {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const reports = join(root, 'dist/reports');
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });

  const engineUp = awaitedLater(ensureEngine(root));
  const buildkitdUp = awaitedLater(engineUp.then((up) => ('env' in up ? ensureBuildkitd() : up)));
  await ensureNodeModules(root);
  await ensurePython(root, { tensorflow: true });
  const plugin = await packPlugin(root);
  const engine = await engineUp;
  const buildkitd = await buildkitdUp;
  const browser = await ensureBrowser();
  if ('reason' in browser) process.stderr.write(`No browser: the page is not tried.\n${browser.reason}\n`);
  if ('reason' in buildkitd)
    process.stderr.write(
      `No BuildKit daemon: builders that do not see the engine are not tried.\n${buildkitd.reason}\n`,
    );
  if ('reason' in engine) process.stderr.write(`No engine: its scenarios are skipped.\n${engine.reason}\n`);

  const env = {
    ...process.env,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    TFOD_PACKED_PLUGIN: plugin,
    ...('path' in browser && { TFOD_BROWSER: browser.path }),
    ...('env' in buildkitd && buildkitd.env),
    ...('env' in engine ? { ...engine.env, TFOD_ENGINE: 'yes' } : { TFOD_ENGINE: 'none' }),
  };
  let total = { passed: 0, failed: 0, skipped: 0 };
  for (const check of checks(root, reports)) {
    if (values.only && check.title !== values.only) continue;
    let succeeded = true;
    try {
      await step(check.title, check.argv, { cwd: check.cwd ?? root, env });
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      process.stderr.write(`✗ ${error.message}\n`);
      succeeded = false;
    }
    total = addCounts(total, readCounts(check.report, succeeded));
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/**
 * What goes on beside other steps: its failure is told where it is awaited.
 *
 * @template T
 * @param {Promise<T>} work
 */
function awaitedLater(work) {
  work.catch(() => undefined);
  return work;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof StepFailed ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
