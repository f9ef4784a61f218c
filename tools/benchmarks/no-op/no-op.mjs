// @ts-check
/**
 * What it costs to be told that nothing is to be built: by Nx with tfod, by Nx with a target that does nothing, and
 * by `docker buildx build` of every service with everything in its cache. The three take turns in one run.
 *
 * Usage: node tools/benchmarks/no-op/no-op.mjs [--services=100] [--rounds=5]
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { withBenchWorkspace } from '../bench-workspace.mjs';
import { median, secondsOf, spread } from '../timing.mjs';
import { writeTinyServices } from '../tiny-services.mjs';

const { values } = parseArgs({
  options: { services: { type: 'string', default: '100' }, rounds: { type: 'string', default: '5' } },
});
const services = Number(values.services);
const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

await withBenchWorkspace(async ({ folder, space, nx, docker }) => {
  const names = writeTinyServices(folder, { services, space, salt: randomUUID() });
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
      ...['buildx', 'build', '--quiet', '--file', `apps/${name}/Dockerfile`],
      ...['--build-context', `runtime=docker-image://${runtime}`],
      ...['--build-context', `tfod-runtime=node_modules/tfod/runtime`, `apps/${name}`],
    );
  names.forEach(build);

  /** @type {Record<string, number[]>} */
  const seconds = { all: [], nothing: [], buildx: [], one: [], oneNothing: [], oneBuildx: [] };
  const first = names[0] ?? '';
  const measure = async (/** @type {string} */ what, /** @type {() => unknown} */ work) => {
    seconds[what]?.push(await secondsOf(work));
  };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    await measure('all', () => many('docker-build'));
    await measure('nothing', () => many('nothing'));
    await measure('buildx', () => names.forEach(build));
    await measure('one', () => nx('run', `${first}:docker-build`));
    await measure('oneNothing', () => nx('run', `${first}:nothing`));
    await measure('oneBuildx', () => build(first));
  }
  const { all = [], nothing = [], buildx = [], one = [], oneNothing = [], oneBuildx = [] } = seconds;
  const beyond = median(all) - median(nothing);
  print(`nx run-many -t docker-build, ${services} services: ${spread(all)}`);
  print(`nx run-many of a target that does nothing:     ${spread(nothing)}`);
  print(`${services} cached docker buildx build:               ${spread(buildx)}`);
  print(
    `beyond Nx: ${beyond.toFixed(3)} s; buildx takes ${(median(buildx) / beyond).toFixed(0)} times that,`,
  );
  print(`and ${(median(buildx) / median(all)).toFixed(1)} times what the whole of Nx and tfod take`);
  print(
    `nx run of one service: ${spread(one)}; of nothing: ${spread(oneNothing)}; one buildx: ${spread(oneBuildx)}`,
  );
  print(`beyond Nx: ${(median(one) - median(oneNothing)).toFixed(3)} s`);
});
