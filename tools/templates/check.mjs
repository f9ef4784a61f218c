// @ts-check
/**
 * Holds a rendered service to what is asked of code: linted, typed, tested Python, linted Dockerfiles, valid manifests.
 *
 * Usage: node tools/templates/check.mjs   (after `nx build tfod` and with the Python environment in place)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StepFailed, step } from '../setup/step.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const python = join(root, '.venv/bin/python');
const folder = mkdtempSync(join(tmpdir(), 'tfod-template-'));
const service = join(folder, 'apps/plate-reader');
const inService = { cwd: service, env: { ...process.env, TFOD_MODEL: 'models/demo', PYTHONPATH: 'src' } };
const settings = ['--config', join(root, 'packages/tfod-runtime/pyproject.toml')];

try {
  const render = [process.execPath, join(root, 'tools/templates/render.cjs'), folder, 'plate-reader'];
  await step('render a service', [...render, '--variants=cpu,gpu']);
  await step('lint its Python', [python, '-m', 'ruff', 'check', ...settings, '.'], inService);
  await step(
    'format of its Python',
    [python, '-m', 'ruff', 'format', ...settings, '--check', '.'],
    inService,
  );
  const types = [python, '-m', 'mypy', '--config-file', join(root, 'packages/tfod-runtime/pyproject.toml')];
  await step('types of its Python', [...types, 'src', 'tests'], inService);
  await step('its own tests', [python, '-m', 'pytest', '--quiet', 'tests'], inService);
  const dockerfiles = [
    'Dockerfile',
    'docker/base.Dockerfile',
    'docker/tf.Dockerfile',
    'docker/gpu.Dockerfile',
  ];
  await step('lint its Dockerfiles', [join(root, '.venv/bin/hadolint'), ...dockerfiles], inService);
  await step('its manifests', [python, '-m', 'tools.manifests', join(folder, 'deploy')], { cwd: root });
} catch (error) {
  process.stderr.write(`${error instanceof StepFailed ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
