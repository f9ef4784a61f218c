import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dockerEngine } from '../../engine/docker';
import type { PlanDocument } from '../../images/receipt';
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

describeWithEngine('the options of docker-build', () => {
  const bench = dockerBuildBench();
  const { run, must, receipt, verdicts } = bench;

  it('answers for machines', async () => {
    const plan = await must({ plan: true, json: true });
    const document = JSON.parse(plan.out) as PlanDocument;
    expect(document.images.map(({ role, variant, verdict }) => [role, variant, verdict])).toEqual([
      ['base', null, 'build'],
      ['tf', 'cpu', 'build'],
      ['service', 'cpu', 'build'],
    ]);
    expect(existsSync(join(bench.workspace.root, RECEIPT))).toBe(false);
    const built = await run({ json: true });
    expect(JSON.parse(built.out)).toEqual(receipt());
    expect(built.err).toContain('[base] 1/1 COPY');
  });

  it('prints what the steps print when asked', async () => {
    const { workspace } = bench;
    workspace.write(
      'apps/parking/docker/base.Dockerfile',
      `FROM ${PYTHON}\nRUN --network=none echo "out of $(echo luck)"\n`,
    );
    expect((await must()).out).not.toContain('out of luck');
    expect((await must({ force: true, verbose: true })).out).toContain('[base] | out of luck');
  });

  it('fails a check while there is something to do', async () => {
    expect((await run({ check: true })).success).toBe(false);
    await must();
    expect((await run({ check: true })).success).toBe(true);
  });

  it('prints commands that build the same by hand, and runs none of them', async () => {
    const base = bench.workspace.read('apps/parking/docker/base.Dockerfile');
    bench.workspace.write('apps/parking/docker/base.Dockerfile', base.replace('scratch', PYTHON));
    const dry = await must({ dryRun: true });
    expect(builds(dry)).toEqual([]);
    expect(tags()).toEqual([]);
    execFileSync('/bin/sh', ['-euc', dry.out], { stdio: 'ignore' });
    const byHand = tags();
    expect(byHand).toContain(`${SPACE}/parking:cpu`);
    expect(labelOf(`${SPACE}/parking:cpu`)).toBe('');
    await must();
    expect(verdicts()).toEqual(['base: build', 'tf: build', 'service-cpu: build']);
    expect(tags()).toEqual(byHand);
    expect((await must({ dryRun: true })).out).toBe('# nothing to do');
  });

  it('prints a dry run where there is no engine', async () => {
    const saved = process.env['DOCKER_HOST'];
    process.env['DOCKER_HOST'] = 'unix:///nowhere/docker.sock';
    try {
      expect((await must({ dryRun: true })).out.split('\n')).toHaveLength(3);
      expect((await run()).err).toContain('ENGINE_NOT_RUNNING');
    } finally {
      process.env['DOCKER_HOST'] = saved;
    }
  });

  it('gives further names, arguments and secrets', async () => {
    bench.workspace.write('secret.txt', 'hush');
    bench.workspace.write(
      'apps/parking/docker/base.Dockerfile',
      `FROM ${PYTHON}\nARG TEXT=none\nENV TEXT=$TEXT\nRUN --network=none --mount=type=secret,id=s,required=true sha256sum /run/secrets/s > /sum\n`,
    );
    const outcome = await must({
      tags: ['1.2'],
      buildArgs: { TEXT: 'a "b" $c ${d}' },
      secrets: ['id=s', 'src=secret.txt'],
    });
    expect(tags()).toContain(`${SPACE}/parking:1.2-cpu`);
    expect(
      docker('run', '--rm', '--entrypoint', 'sh', `${SPACE}/parking:cpu`, '-c', 'printf %s "$TEXT"'),
    ).toBe('a "b" $c ${d}');
    bench.workspace.write('secret.txt', 'another');
    expect(
      builds(await must({ buildArgs: { TEXT: 'a "b" $c ${d}' }, secrets: ['id=s', 'src=secret.txt'] })),
    ).toEqual([]);
    expect(outcome.commands.map(({ args }) => args.join(' ')).join('\n')).not.toContain('hush');
    const other = await must({ plan: true, buildArgs: { TEXT: 'x' }, secrets: ['id=s,src=secret.txt'] });
    expect(other.out).toContain('build argument TEXT: a "b" $c ${d} → x');
    const missing = await run();
    expect(missing.err).toContain('SECRET_MISSING');
  });

  it('pins an image that comes from elsewhere, says so, and refuses it in CI', async () => {
    bench.workspace.write('apps/parking/docker/base.Dockerfile', `FROM docker.io/library/${PYTHON}\n`);
    expect((await run({}, 'parking', { CI: 'true' })).err).toContain('PIN_MISSING');
    expect((await run({ frozenLock: true })).err).toContain('nx g tfod:pin');
    await must({ plan: true });
    expect(existsSync(join(bench.workspace.root, 'tfod.lock.json'))).toBe(false);
    const pinned = await must();
    expect(pinned.out).toContain(`pinned ${PYTHON} to sha256:`);
    expect(pinned.out).toContain('Commit tfod.lock.json');
    const lock = JSON.parse(bench.workspace.read('tfod.lock.json'));
    expect(Object.keys(lock.images)).toEqual([PYTHON]);
    expect(
      docker(
        'image',
        'inspect',
        '--format',
        '{{index .Config.Labels "org.opencontainers.image.base.digest"}}',
        `${SPACE}/parking:cpu`,
      ),
    ).toBe(lock.images[PYTHON].digest);
    expect(builds(await must({}, 'parking', { CI: 'true' }))).toEqual([]);
  });

  it('builds what the pin says and not what the tag means', async () => {
    bench.workspace.write('apps/parking/docker/base.Dockerfile', `FROM ${PYTHON}\n`);
    const unknown = `sha256:${'0'.repeat(64)}`;
    bench.workspace.write(
      'tfod.lock.json',
      JSON.stringify({ version: 1, images: { [PYTHON]: { digest: unknown } } }),
    );
    const outcome = await run();
    expect(outcome.success).toBe(false);
    expect(`${outcome.out}${outcome.err}`).toContain(unknown.slice(0, 20));
  });

  it('builds again by force, without the cache', async () => {
    bench.workspace.write(
      'apps/parking/docker/base.Dockerfile',
      `FROM ${PYTHON}\nRUN --network=none cat /proc/sys/kernel/random/uuid > /uuid\n`,
    );
    await must();
    const [before] = receipt().images;
    await must({ force: true });
    const [after] = receipt().images;
    expect(after?.key).toBe(before?.key);
    expect(after?.id).not.toBe(before?.id);
    expect(verdicts()).toEqual(['base: build', 'tf: build', 'service-cpu: build']);
    expect(builds(await must())).toEqual([]);
    expect(receipt().images[0]?.id).toBe(after?.id);
  });

  it('pushes all names to the registry', async () => {
    const registry = `${process.env['TFOD_TEST_REGISTRY']}/${SPACE}`;
    bench.workspace.addService('parking', { image: `${registry}/parking` });
    try {
      await must({ push: true, tags: ['1'] });
      const engine = dockerEngine();
      for (const ref of receipt().images.flatMap((image) => image.tags)) {
        expect(await engine.resolve(ref)).toMatch(/^sha256:/);
      }
    } finally {
      docker('image', 'rm', '--force', ...receipt().images.flatMap((image) => image.tags));
    }
    bench.workspace.addService('parking', { image: 'parking' });
    expect((await run({ push: true })).err).toContain('PUSH_NOWHERE');
  });

  it('builds for several platforms and names the architecture', async () => {
    await must({ platforms: ['linux/amd64', 'linux/arm64'] });
    expect(tags()).toEqual(
      expect.arrayContaining([`${SPACE}/parking:cpu-amd64`, `${SPACE}/parking:cpu-arm64`]),
    );
    expect(docker('image', 'inspect', '--format', '{{.Architecture}}', `${SPACE}/parking:cpu-arm64`)).toBe(
      'arm64',
    );
    expect(builds(await must({ platforms: ['linux/amd64', 'linux/arm64'] }))).toEqual([]);
  });
});
