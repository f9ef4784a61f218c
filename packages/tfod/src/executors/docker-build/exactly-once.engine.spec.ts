import type { TaskGraph } from '@nx/devkit';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Command } from '../../engine/command';
import { dockerEngine } from '../../engine/docker';
import { runCommand } from '../../engine/run-command';
import { countSteps, runsOf } from '../../testing/counted-steps';
import { dockerBuildBench, labelOf, SPACE, tags } from '../../testing/docker-build-bench';
import { describeWithEngine } from '../../testing/with-engine';
import dockerBuildBatch from './batch';

const SERVICES = Array.from({ length: 10 }, (_, at) => `service-${at}`);

describeWithEngine('services that share their base and their runtime', () => {
  const bench = dockerBuildBench();
  let salt: string;

  beforeEach(() => {
    salt = randomUUID();
    SERVICES.forEach((name) => {
      bench.workspace.addService(name, { image: `${SPACE}/${name}` });
      bench.workspace.write(`apps/${name}/src/parking/detect.py`, `print("${name}")\n`);
      countSteps(bench.workspace, name, salt);
    });
  });

  /** docker-build of a service in a process of its own. */
  function build(service: string) {
    const child = spawn(process.execPath, [join(__dirname, '../../testing/run-executor.cjs')], {
      env: {
        ...process.env,
        CI: '',
        TFOD_CACHE_DIR: bench.workspace.cacheFolder,
        WORKSPACE: bench.workspace.root,
        SERVICE: service,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let heard = (): void => undefined;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        said += String(text);
        heard();
      });
    }
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return {
      ended,
      said: () => said,
      kill: () => child.kill('SIGKILL'),
      /** Resolves when it has said so, or has ended. */
      says: (words: RegExp) =>
        Promise.race([
          new Promise<void>((resolve) => {
            heard = () => words.test(said) && resolve();
            heard();
          }),
          ended,
        ]),
    };
  }

  /** docker-build of all services in one batch, in this process. */
  async function batch() {
    const ids = SERVICES.map((name) => `${name}:docker-build`);
    const taskGraph = {
      tasks: Object.fromEntries(
        SERVICES.map((project, at) => [
          ids[at] ?? '',
          { id: ids[at], target: { project, target: 'docker-build' }, overrides: {} },
        ]),
      ),
      dependencies: {},
      roots: ids,
    } as unknown as TaskGraph;
    const bakes: Command[] = [];
    const engine = dockerEngine((command, options) => {
      if (command.args.includes('bake')) bakes.push(command);
      return runCommand(command, options);
    });
    const said: string[] = [];
    const projects = Object.fromEntries(SERVICES.map((name) => [name, { root: `apps/${name}` }]));
    const context = {
      root: bench.workspace.root,
      isVerbose: false,
      taskGraph,
      projectsConfigurations: { version: 2, projects },
    };
    const results = dockerBuildBatch(taskGraph, {}, {}, context, {
      engine,
      env: { TFOD_CACHE_DIR: bench.workspace.cacheFolder },
      print: (text) => void said.push(text),
      report: (text) => void said.push(text),
      wheelFolder: bench.workspace.wheelFolder,
    });
    const statuses: string[] = [];
    for await (const { task, result } of results) statuses.push(`${task.split(':')[0]}: ${result.status}`);
    return { statuses, bakes, said };
  }

  const bearTheirKeys = (): boolean =>
    tags()
      .filter((ref) => ref.includes(':k-'))
      .every((ref) => ref.endsWith(labelOf(ref).slice(0, 32)));

  it('build them once in one batch, which is one build', async () => {
    const { statuses, bakes, said } = await batch();
    expect(statuses).toEqual(SERVICES.map((name) => `${name}: success`));
    expect(bakes).toHaveLength(1);
    expect([runsOf(salt, 'base'), runsOf(salt, 'tf')]).toEqual([
      { begun: 1, ended: 1 },
      { begun: 1, ended: 1 },
    ]);
    // Each step is told under the image that it belongs to.
    expect(said.filter((line) => line.includes(`: ${salt} `)).map((line) => line.split(' ')[0])).toEqual(
      expect.arrayContaining(['[base]', '[tf]']),
    );
    expect(bearTheirKeys()).toBe(true);
  });

  it('build all others when the step of one fails', async () => {
    const dockerfile = bench.workspace.read('apps/service-3/Dockerfile');
    bench.workspace.write('apps/service-3/Dockerfile', `${dockerfile}RUN ["/no-such-program"]\n`);
    const { statuses } = await batch();
    expect(statuses).toEqual(
      SERVICES.map((name) => `${name}: ${name === 'service-3' ? 'failure' : 'success'}`),
    );
    expect([runsOf(salt, 'base').ended, runsOf(salt, 'tf').ended]).toEqual([1, 1]);
  });

  it('build them once when each is built by a process of its own, all at once', async () => {
    const processes = SERVICES.map(build);
    const codes = await Promise.all(processes.map(({ ended }) => ended));
    expect({ codes, said: processes.map(({ said }) => said()).join('') }).toMatchObject({
      codes: SERVICES.map(() => 0),
    });
    expect([runsOf(salt, 'base'), runsOf(salt, 'tf')]).toEqual([
      { begun: 1, ended: 1 },
      { begun: 1, ended: 1 },
    ]);
    // BuildKit does not do equal steps twice either, as long as both are asked for at once; only one asked.
    expect(processes.filter(({ said }) => /\[base\]/.test(said()))).toHaveLength(1);
    expect(SERVICES.map((name) => bench.receipt(name).images.length)).toEqual(SERVICES.map(() => 3));
    expect(bearTheirKeys()).toBe(true);
  });

  it('take over from one that is killed while it builds, and say for whom they waited', async () => {
    const first = build('service-0');
    await first.says(/\[base\] \S+ RUN /);
    const others = SERVICES.slice(0, 3).map(build);
    await Promise.all(others.map(({ says }) => says(/waiting for .*, which pid \d+ builds for service-0/)));
    first.kill();
    const codes = await Promise.all(others.map(({ ended }) => ended));
    const said = others.map((each) => each.said()).join('');
    expect({ codes, said }).toEqual({ codes: [0, 0, 0], said });
    expect([runsOf(salt, 'base').ended, runsOf(salt, 'tf').ended]).toEqual([1, 1]);
    expect(bearTheirKeys()).toBe(true);
    expect(tags().filter((ref) => ref.includes('tmp'))).toEqual([]);
  });
});
