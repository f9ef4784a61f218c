import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { thisProcess } from '../../images/owner';
import {
  dockerBuildBench,
  builds,
  docker,
  labelOf,
  SPACE,
  PYTHON,
  RECEIPT,
  tags,
} from '../../testing/docker-build-bench';
import { describeWithEngine } from '../../testing/with-engine';

describeWithEngine('docker-build trusts only what it has verified', () => {
  const bench = dockerBuildBench();
  const { run, must, receipt, verdicts } = bench;

  it('trusts no tag that a stranger moved', async () => {
    await must();
    const service = receipt().images.at(-1);
    const base = receipt().images[0];
    if (!service || !base) throw new Error('no receipt');
    docker('image', 'tag', base.ref, service.ref);
    docker('image', 'tag', base.ref, `${SPACE}/parking:cpu`);
    await must();
    expect(verdicts().at(-1)).toBe('service-cpu: build');
    expect(labelOf(service.ref)).toBe(service.key);
    expect(labelOf(`${SPACE}/parking:cpu`)).toBe(service.key);
  });

  it('does not take an image for its own that somebody built on it', async () => {
    await must();
    const [, , service] = receipt().images;
    if (!service) throw new Error('no receipt');
    bench.workspace.write('derived/Dockerfile', `FROM ${service.ref}\nLABEL mine=1\n`);
    docker('build', '--quiet', '--tag', `${SPACE}/derived:latest`, join(bench.workspace.root, 'derived'));
    docker('image', 'rm', '--force', ...service.tags);
    expect(labelOf(`${SPACE}/derived:latest`)).toBe(service.key);
    await must();
    expect(verdicts().at(-1)).toBe('service-cpu: build');
  });

  describe('when a step fails', () => {
    beforeEach(() => {
      bench.workspace.addService('parking', { image: `${SPACE}/parking`, variants: ['cpu', 'gpu'] });
      bench.workspace.write(
        'apps/parking/docker/gpu.Dockerfile',
        `FROM ${PYTHON} AS broken\nRUN --network=none for i in $(seq 60); do echo line $i; done; exit 7\nFROM base\nCOPY --from=broken /x /x\n`,
      );
    });

    it('shows the end of its log, builds the rest, and leaves no receipt', async () => {
      const outcome = await run();
      expect(outcome.success).toBe(false);
      expect(outcome.out).toContain('[gpu] | line 60');
      expect(outcome.out).toContain('[gpu] | line 21');
      expect(outcome.out).not.toContain('[gpu] | line 20\n');
      expect(outcome.err).toMatch(
        /IMAGE_BUILD_FAILED: gpu could not be built[^]*docker\/gpu\.Dockerfile[^]*exit code: 7/,
      );
      expect(outcome.err).toContain('IMAGE_SKIPPED: service-gpu was not built, because gpu could not be');
      expect(existsSync(join(bench.workspace.root, RECEIPT))).toBe(false);
      expect(tags().some((ref) => ref.includes('gpu') || ref.includes('tmp'))).toBe(false);
      expect(tags()).toContain(`${SPACE}/parking:cpu`);
      expect(builds(await must({ variants: ['cpu'] }))).toEqual([]);
    });

    it('takes the old receipt away', async () => {
      await must({ variants: ['cpu'] });
      expect(existsSync(join(bench.workspace.root, RECEIPT))).toBe(true);
      await run();
      expect(existsSync(join(bench.workspace.root, RECEIPT))).toBe(false);
    });
  });

  it('leaves no tag and no receipt when it is killed, and cleans up the next time', async () => {
    await must();
    // A step that no other run has left in the engine's cache.
    bench.workspace.write(
      'apps/parking/Dockerfile',
      `FROM ${PYTHON} AS slow\nRUN --network=none sleep 20 && echo ${randomUUID()} > /done\n${bench.workspace.read('apps/parking/Dockerfile')}COPY --from=slow /done /done\n`,
    );
    const before = tags();
    const child = spawn(process.execPath, [join(__dirname, '../../testing/run-executor.cjs')], {
      env: {
        ...process.env,
        CI: '',
        TFOD_CACHE_DIR: bench.workspace.cacheFolder,
        WORKSPACE: bench.workspace.root,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const ended = new Promise<string>((resolve) => child.once('close', () => resolve('it ended')));
    const sleeping = new Promise<string>((resolve) =>
      child.stdout.on('data', (text) => /sleep 20/.test(String(text)) && resolve('it sleeps')),
    );
    expect(await Promise.race([sleeping, ended])).toBe('it sleeps');
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
    expect(existsSync(join(bench.workspace.root, RECEIPT))).toBe(false);
    expect(tags()).toEqual(before);
    const scratch = join(bench.workspace.cacheFolder, 'build');
    expect(readdirSync(scratch)).toHaveLength(1);
    bench.workspace.write(
      'apps/parking/Dockerfile',
      bench.workspace.read('apps/parking/Dockerfile').replace('sleep 20', 'true'),
    );
    await must();
    expect(readdirSync(scratch)).toEqual([]);
    expect(tags().filter((ref) => ref.includes('tmp'))).toEqual([]);
  });

  it('drops the temporary name that a killed build left, and takes its image', async () => {
    await must();
    const service = receipt().images.at(-1);
    if (!service) throw new Error('no receipt');
    const { host } = thisProcess();
    const gone = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => gone.once('close', resolve));
    const left = `${service.ref}-tmp-${host}-${gone.pid}`;
    docker('image', 'tag', service.ref, left);
    docker('image', 'rm', ...service.tags);
    expect(builds(await must())).toEqual([]);
    expect(tags()).toContain(service.ref);
    expect(tags()).not.toContain(left);
  });
});
