#!/usr/bin/env node
// @ts-check
/**
 * Builds the well-known recipe and the CPU image of a generated service on the same Python image, has each detect
 * the objects in one picture, and prints their sizes. Exits 1 when the service takes more than half.
 *
 * Usage: node tools/benchmarks/recipe/compare.mjs
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureEngine } from '../../setup/engine.mjs';
import { runCommand } from '../../setup/run-command.mjs';
import { step } from '../../setup/step.mjs';
import { IMAGES, builds } from './chains.mjs';
import { TARGET, ratio, report } from './report.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CERTIFICATES = ['PIP_CERT', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'];

/**
 * A generated service, and a copy of the recipe that is given the same model.
 *
 * @param {string} folder
 */
async function prepare(folder) {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };
  await step('build the plugin', [join(ROOT, 'node_modules/.bin/nx'), 'build', 'tfod'], { cwd: ROOT, env });
  const render = [process.execPath, join(ROOT, 'tools/templates/render.cjs'), folder, 'parking'];
  await step('generate a service', [...render, '--variants=cpu']);
  const service = join(folder, 'apps/parking');
  const recipe = join(folder, 'recipe');
  cpSync(fileURLToPath(new URL('.', import.meta.url)), recipe, { recursive: true });
  cpSync(join(service, 'models'), join(recipe, 'models'), { recursive: true });
  const pythonImage = /^FROM (\S+)$/m.exec(
    readFileSync(join(service, 'docker/base.Dockerfile'), 'utf8'),
  )?.[1];
  if (pythonImage === undefined) throw new Error('docker/base.Dockerfile of the service has no FROM');
  return { service, recipe, pythonImage, wheel: join(ROOT, 'dist/packages/tfod/runtime') };
}

/**
 * @param {string} image
 * @param {NodeJS.ProcessEnv} env
 */
async function size(image, env) {
  const argv = ['docker', 'image', 'inspect', '--format={{.Size}}', image];
  const { code, stdout, tail } = await runCommand(argv, { env });
  if (code !== 0) throw new Error(`${argv.join(' ')} failed\n${tail}`);
  return Number(stdout);
}

/**
 * Proves that both images do their work.
 *
 * @param {string} service folder of the service
 * @param {NodeJS.ProcessEnv} env
 */
async function detect(service, env) {
  const samples = join(service, 'models/demo/samples');
  const picture = `/samples/${readdirSync(samples).find((name) => name.endsWith('.jpg'))}`;
  const run = ['docker', 'run', '--rm', '--network=none', '--volume', `${samples}:/samples:ro`];
  const recipe = [...run, IMAGES.recipe, '/models/demo/saved_model', picture];
  await step('detect with the recipe', recipe, { env });
  const ours = [...run, '--tmpfs=/tmp', IMAGES.service, 'detect', picture, '--output=/tmp/out'];
  await step('detect with the service', ours, { env });
}

const folder = mkdtempSync(join(tmpdir(), 'tfod-benchmark-'));
try {
  const engine = await ensureEngine(ROOT);
  if ('reason' in engine) throw new Error(engine.reason);
  const env = { ...process.env, ...engine.env };
  const places = await prepare(folder);
  const bundle = CERTIFICATES.map((name) => process.env[name]).find((path) => path && existsSync(path));
  const secrets = bundle === undefined ? [] : [`id=ca,src=${bundle}`];
  for (const { title, argv } of builds({ ...places, secrets })) await step(title, argv, { env });
  await detect(places.service, env);
  const sizes = {
    python: await size(places.pythonImage, env),
    recipe: await size(IMAGES.recipe, env),
    service: await size(IMAGES.service, env),
  };
  process.stdout.write(`${report(sizes, places.pythonImage)}\n`);
  process.exitCode = ratio(sizes) <= TARGET ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
