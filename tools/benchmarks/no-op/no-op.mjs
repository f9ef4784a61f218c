// @ts-check
/**
 * What it costs to be told that nothing is to be built: by Nx with tfod, by Nx with an executor that does nothing, by
 * Nx with a target that has none, and by `docker buildx build` of every service with everything in its cache. They
 * take turns in one run.
 *
 * Usage: node tools/benchmarks/no-op/no-op.mjs [--services=100] [--rounds=5]
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { withBenchWorkspace } from '../bench-workspace.mjs';
import { median, secondsOf, spread } from '../timing.mjs';
import { writeIdleExecutor } from './idle.mjs';
import { writeTinyServices } from '../tiny-services.mjs';

const { values } = parseArgs({
  options: { services: { type: 'string', default: '100' }, rounds: { type: 'string', default: '5' } },
});
const services = Number(values.services);
const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

await withBenchWorkspace(async ({ folder, space, nx, docker }) => {
  const idle = writeIdleExecutor(folder);
  const names = writeTinyServices(folder, { services, space, salt: randomUUID(), targets: { idle } });
  const many = (/** @type {string} */ target) => nx('run-many', '-t', target);
  print(`first build of ${services} services: ${(await secondsOf(() => many('docker-build'))).toFixed(1)} s`);
  const [runtime = ''] = docker(
    'image',
    'ls',
    '--format',
    '{{.Repository}}:{{.Tag}}',
    `${space}/tfod-tf`,
  ).split('\n');
  const build = (/** @type {string} */ name) =>
    docker(
      ...[
        'buildx',
        'build',
        '--quiet',
        '--file',
        `apps/${name}/Dockerfile`,
        '--tag',
        `${space}/plain-${name}`,
      ],
      ...['--build-context', `runtime=docker-image://${runtime}`],
      ...['--build-context', `tfod-runtime=node_modules/tfod/runtime`, `apps/${name}`],
    );
  names.forEach(build);

  /** @type {Record<string, number[]>} */
  const seconds = {
    ...{ all: [], idle: [], nothing: [], buildx: [] },
    ...{ one: [], oneIdle: [], oneNothing: [], oneBuildx: [] },
  };
  const first = names[0] ?? '';
  const measure = async (/** @type {string} */ what, /** @type {() => unknown} */ work) => {
    seconds[what]?.push(await secondsOf(work));
  };
  // The first run after a hundred builds finds the engine tidying up.
  const settle = () => many('docker-build');
  for (let round = 0; round < Number(values.rounds); round += 1) {
    settle();
    await measure('all', () => many('docker-build'));
    await measure('idle', () => many('idle'));
    await measure('nothing', () => many('nothing'));
    await measure('buildx', () => names.forEach(build));
    await measure('one', () => nx('run', `${first}:docker-build`));
    await measure('oneIdle', () => nx('run', `${first}:idle`));
    await measure('oneNothing', () => nx('run', `${first}:nothing`));
    await measure('oneBuildx', () => build(first));
  }
  const { all = [], idle: allIdle = [], nothing = [], buildx = [] } = seconds;
  const { one = [], oneIdle = [], oneNothing = [], oneBuildx = [] } = seconds;
  const beyond = median(all) - median(allIdle);
  print(`${services} services`);
  print(`  nx run-many -t docker-build       ${spread(all)}`);
  print(`  an executor that does nothing     ${spread(allIdle)}`);
  print(`  a target without an executor      ${spread(nothing)}`);
  print(`  cached docker buildx build        ${spread(buildx)}`);
  print(`  beyond Nx and an idle executor    ${beyond.toFixed(3)} s`);
  print(`  buildx takes ${(median(buildx) / beyond).toFixed(0)} times that,`);
  print(`  and ${(median(buildx) / median(all)).toFixed(1)} times what all of Nx and tfod take`);
  print('one service');
  print(`  nx run                            ${spread(one)}`);
  print(`  an executor that does nothing     ${spread(oneIdle)}`);
  print(`  a target without an executor      ${spread(oneNothing)}`);
  print(`  cached docker buildx build        ${spread(oneBuildx)}`);
  print(`  beyond Nx and an idle executor    ${(median(one) - median(oneIdle)).toFixed(3)} s`);
});
