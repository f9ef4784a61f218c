// @ts-check
/**
 * From nothing to detections: builds the plugin, makes a workspace in a temporary folder, generates a service,
 * builds its images and finds the objects in the model's sample pictures.
 *
 * Usage: npm run demo [-- --using=python]
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureEngine } from '../setup/engine.mjs';
import { ensureNodeModules } from '../setup/node-modules.mjs';
import { packPlugin } from '../setup/plugin.mjs';
import { ensurePython, pythonMinor } from '../setup/python.mjs';
import { StepFailed, step } from '../setup/step.mjs';
import { makeWorkspace } from '../workspace/make-workspace.mjs';
import { workspaceEnv } from '../workspace/workspace-env.mjs';

const SERVICE = 'parking';

async function demo() {
  const { values } = parseArgs({ options: { using: { type: 'string', default: 'container' } } });
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const wantsEngine = values.using !== 'python';
  const [, , engine] = await Promise.all([
    ensureNodeModules(root),
    ensurePython(root, { tensorflow: false }),
    wantsEngine ? ensureEngine(root) : { reason: 'The Python runner was asked for.' },
  ]);
  const plugin = await packPlugin(root);
  const folder = mkdtempSync(join(tmpdir(), 'tfod-demo-'));
  await makeWorkspace(folder, plugin);

  const env = workspaceEnv({ ...process.env, ...('env' in engine ? engine.env : {}) }, folder);
  const nx = (/** @type {string[]} */ ...args) => [join(folder, 'node_modules/.bin/nx'), ...args];
  const run = { cwd: folder, env, echo: true };
  if ('env' in engine) {
    await step(`generate the service ${SERVICE}`, nx('g', 'tfod:service', SERVICE, '--no-interactive'), run);
    await step('build its images', nx('run', `${SERVICE}:docker-build`), run);
    await step('find objects in the sample pictures', nx('run', `${SERVICE}:infer`), run);
  } else {
    process.stderr.write(`No image is built: ${engine.reason}\nThe Python runner takes over.\n`);
    const python = `--python=3.${await pythonMinor()}`;
    await step(
      `generate the service ${SERVICE}`,
      nx('g', 'tfod:service', SERVICE, python, '--no-interactive'),
      run,
    );
    await step('find objects in the sample pictures', nx('run', `${SERVICE}:infer`, '--using=python'), run);
  }
  const results = join(folder, 'dist/apps', SERVICE, 'infer');
  process.stdout.write(
    `\nThe workspace   ${folder}\nCOCO results    ${join(results, 'detections.json')}\n` +
      `Annotated       ${join(results, 'annotated')}\n`,
  );
}

try {
  await demo();
} catch (error) {
  process.stderr.write(`${error instanceof StepFailed ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
