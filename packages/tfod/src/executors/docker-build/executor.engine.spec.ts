import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dockerEngine } from '../../engine/docker';
import { runCommand, type RunCommand } from '../../engine/run-command';
import type { Command } from '../../engine/command';
import type { PlanDocument, Receipt } from '../../images/receipt';
import { TinyWorkspace } from '../../testing/tiny-service';
import { describeWithEngine } from '../../testing/with-engine';
import dockerBuild from './executor';
import type { DockerBuildOptions } from './schema';

const PYTHON = 'python:3.13-slim-trixie';
/** Names that no other run has, so that images of this one can be told and removed. */
const SPACE = `tfod-spec/${process.pid}`;
const RECEIPT = 'dist/apps/parking/images.json';

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();
const tags = (): string[] =>
  docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}')
    .split('\n')
    .filter((ref) => ref.startsWith(SPACE))
    .sort();
const labelOf = (ref: string): string =>
  docker('image', 'inspect', '--format', '{{index .Config.Labels "dev.tfod.key"}}', ref);

function removeImages(): void {
  const refs = tags();
  if (refs.length > 0) docker('image', 'rm', '--force', ...refs);
}

interface Outcome {
  readonly success: boolean;
  readonly out: string;
  readonly err: string;
  readonly commands: readonly Command[];
}

describeWithEngine('docker-build on a real engine', () => {
  let workspace: TinyWorkspace;

  beforeEach(() => {
    workspace = new TinyWorkspace(`${SPACE} ${randomUUID()}`);
    workspace.addService('parking', { image: `${SPACE}/parking` });
  });
  afterEach(() => {
    workspace.dispose();
    removeImages();
  });

  async function run(
    options: DockerBuildOptions = {},
    name = 'parking',
    env: NodeJS.ProcessEnv = {},
  ): Promise<Outcome> {
    const commands: Command[] = [];
    const spy: RunCommand = (command, runOptions) => {
      commands.push(command);
      return runCommand(command, runOptions);
    };
    const [out, err]: [string[], string[]] = [[], []];
    const { success } = await dockerBuild(
      options,
      {
        root: workspace.root,
        projectName: name,
        projectsConfigurations: { version: 2, projects: { [name]: { root: `apps/${name}` } } },
      },
      {
        engine: dockerEngine(spy),
        env: { TFOD_CACHE_DIR: workspace.cacheFolder, ...env },
        out: (text) => void out.push(text),
        err: (text) => void err.push(text),
        wheelFolder: workspace.wheelFolder,
      },
    );
    return { success, out: out.join('\n'), err: err.join('\n'), commands };
  }

  const receipt = (name = 'parking'): Receipt => JSON.parse(workspace.read(`dist/apps/${name}/images.json`));
  const verdicts = (): string[] =>
    receipt().images.map(
      ({ role, variant, verdict }) => `${role}${role === 'service' ? `-${variant}` : ''}: ${verdict}`,
    );
  const reasons = (): Record<string, readonly string[]> =>
    Object.fromEntries(receipt().images.map(({ role, reasons }) => [role, reasons]));
  const builds = ({ commands }: Outcome): readonly Command[] =>
    commands.filter(({ args }) => args.includes('bake'));
  const must = async (...args: Parameters<typeof run>): Promise<Outcome> => {
    const outcome = await run(...args);
    expect(outcome.err).toBe('');
    expect(outcome.success).toBe(true);
    return outcome;
  };

  it('builds the chain once, then finds it and runs nothing', async () => {
    await must();
    const first = receipt();
    expect(verdicts()).toEqual(['base: build', 'tf: build', 'service-cpu: build']);
    for (const { ref, key, id, tags } of first.images) {
      expect(labelOf(ref)).toBe(key);
      for (const tag of tags) expect(docker('image', 'inspect', '--format', '{{.Id}}', tag)).toBe(id);
    }
    expect(tags()).toEqual(first.images.flatMap((image) => image.tags).sort());
    const started = performance.now();
    const again = await must();
    const seconds = (performance.now() - started) / 1000;
    expect(builds(again)).toEqual([]);
    expect(
      again.commands.every(({ args }) => ['version', 'ls', 'inspect'].some((word) => args.includes(word))),
    ).toBe(true);
    expect(verdicts()).toEqual(['base: present', 'tf: present', 'service-cpu: present']);
    expect(receipt().images.map(({ id }) => id)).toEqual(first.images.map(({ id }) => id));
    expect(seconds).toBeLessThan(1);
    expect(readdirSync(join(workspace.cacheFolder, 'build'))).toEqual([]);
  });

  it('holds exactly the files that the Dockerfiles name, with one mode whatever the umask', async () => {
    execFileSync('chmod', ['-R', 'g+w', workspace.root]);
    await must();
    const before = receipt().images.map(({ key }) => key);
    execFileSync('chmod', ['-R', 'go-w', workspace.root]);
    workspace.write('apps/parking/README.md', '# Edited\n');
    workspace.write('apps/parking/notes.txt', 'nobody copies this');
    workspace.write('apps/parking/Dockerfile', `# a comment\n${workspace.read('apps/parking/Dockerfile')}`);
    await must();
    expect(receipt().images.map(({ key }) => key)).toEqual(before);
    const container = docker('create', `${SPACE}/parking:cpu`);
    const listing = execFileSync('sh', ['-c', `docker export ${container} | tar -tv`], { encoding: 'utf8' });
    docker('rm', container);
    expect(listing).toMatch(/-rw-r--r-- 0\/0\s+\d+ \S+ \S+ app\/parking\/detect\.py/);
    expect(listing).toContain('wheel/tfod_runtime-0.0.0-py3-none-any.whl');
    expect(listing).not.toContain('notes.txt');
  });

  it('builds what an edit reaches, says why, and takes a revert for what it is', async () => {
    await must();
    const script = 'apps/parking/src/parking/detect.py';
    const before = workspace.read(script);
    workspace.write(script, 'print("edited")\n');
    const plan = await must({ plan: true });
    expect(plan.out).toContain('service-cpu  build    src/parking/detect.py changed');
    expect(builds(plan)).toEqual([]);
    await must();
    expect(verdicts()).toEqual(['base: present', 'tf: present', 'service-cpu: build']);
    workspace.write(script, before);
    expect(builds(await must())).toEqual([]);
    expect(verdicts()).toEqual(['base: present', 'tf: present', 'service-cpu: present']);
    const first = receipt().images.at(-1);
    expect(docker('image', 'inspect', '--format', '{{.Id}}', `${SPACE}/parking:cpu`)).toBe(first?.id);
  });

  it('holds what was hashed even where size and time of a file stay the same', async () => {
    const container = (): string => {
      const id = docker('create', `${SPACE}/parking:cpu`);
      const text = execFileSync(
        'sh',
        ['-c', `docker export ${id} | tar -xO app/parking/detect.py wheel base.txt`],
        {
          encoding: 'utf8',
        },
      );
      docker('rm', id);
      return text;
    };
    const write = (letter: string): void => {
      workspace.write('apps/parking/src/parking/detect.py', `print("${letter}")\n`);
      workspace.write('wheel/tfod_runtime-0.0.0-py3-none-any.whl', `wheel ${letter}`);
      workspace.write('apps/parking/docker/base.txt', `${workspace.root} ${letter}`);
    };
    for (const letter of ['a', 'b', 'c', 'a']) {
      write(letter);
      await must();
      expect(container().match(/(?<=print\("|wheel |tfod-workspace-\w+ )\w/g)).toEqual([
        letter,
        letter,
        letter,
      ]);
    }
  });

  it('lets a change of the base travel down the chain', async () => {
    await must();
    workspace.write('apps/parking/docker/base.txt', 'other');
    await must();
    expect(verdicts()).toEqual(['base: build', 'tf: build', 'service-cpu: build']);
    expect(reasons()).toEqual({
      base: ['docker/base.txt changed'],
      tf: ['base changed (docker/base.txt changed)'],
      service: ['runtime changed (base changed (docker/base.txt changed))'],
    });
  });

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
    workspace.write('derived/Dockerfile', `FROM ${service.ref}\nLABEL mine=1\n`);
    docker('build', '--quiet', '--tag', `${SPACE}/derived:latest`, join(workspace.root, 'derived'));
    docker('image', 'rm', '--force', ...service.tags);
    expect(labelOf(`${SPACE}/derived:latest`)).toBe(service.key);
    await must();
    expect(verdicts().at(-1)).toBe('service-cpu: build');
  });

  it('builds again what was removed, and gives back a name that was taken away', async () => {
    await must();
    const service = receipt().images.at(-1);
    docker('image', 'rm', '--force', service?.id ?? '');
    await must();
    expect(verdicts()).toEqual(['base: present', 'tf: present', 'service-cpu: build']);
    expect(reasons()['service']).toEqual(['the image was removed from the engine']);
    docker('image', 'rm', `${SPACE}/parking:cpu`);
    const named = await must();
    expect(builds(named)).toEqual([]);
    expect(reasons()['service']).toEqual([`gets the name ${SPACE}/parking:cpu`]);
    expect(tags()).toContain(`${SPACE}/parking:cpu`);
  });

  it('shares base and runtime between services, and knows an equal image by another name', async () => {
    await must();
    workspace.addService('plates', { image: `${SPACE}/plates` });
    workspace.write('apps/plates/src/parking/detect.py', 'print("plates")\n');
    await must({}, 'plates');
    expect(receipt('plates').images.map(({ verdict }) => verdict)).toEqual(['present', 'present', 'build']);
    workspace.addService('twin', { image: `${SPACE}/deep/twin` });
    expect(builds(await must({}, 'twin'))).toEqual([]);
    expect(receipt('twin').images.map(({ id }) => id)).toEqual(receipt().images.map(({ id }) => id));
    expect(tags()).toContain(`${SPACE}/deep/twin:cpu`);
  });

  describe('when a step fails', () => {
    beforeEach(() => {
      workspace.addService('parking', { image: `${SPACE}/parking`, variants: ['cpu', 'gpu'] });
      workspace.write(
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
      expect(existsSync(join(workspace.root, RECEIPT))).toBe(false);
      expect(tags().some((ref) => ref.includes('gpu') || ref.includes('tmp'))).toBe(false);
      expect(tags()).toContain(`${SPACE}/parking:cpu`);
      expect(builds(await must({ variants: ['cpu'] }))).toEqual([]);
    });

    it('takes the old receipt away', async () => {
      await must({ variants: ['cpu'] });
      expect(existsSync(join(workspace.root, RECEIPT))).toBe(true);
      await run();
      expect(existsSync(join(workspace.root, RECEIPT))).toBe(false);
    });
  });

  it('leaves no tag and no receipt when it is killed, and cleans up the next time', async () => {
    await must();
    workspace.write(
      'apps/parking/Dockerfile',
      `FROM ${PYTHON} AS slow\nRUN --network=none sleep 20 && touch /done\n${workspace.read('apps/parking/Dockerfile')}COPY --from=slow /done /done\n`,
    );
    const before = tags();
    const child = spawn(process.execPath, [join(__dirname, '../../testing/run-executor.cjs')], {
      env: { ...process.env, TFOD_CACHE_DIR: workspace.cacheFolder, WORKSPACE: workspace.root },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    await new Promise<void>((resolve) =>
      child.stdout.on('data', (text) => /sleep 20/.test(String(text)) && resolve()),
    );
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect(existsSync(join(workspace.root, RECEIPT))).toBe(false);
    expect(tags()).toEqual(before);
    const scratch = join(workspace.cacheFolder, 'build');
    expect(readdirSync(scratch)).toHaveLength(1);
    workspace.write(
      'apps/parking/Dockerfile',
      workspace.read('apps/parking/Dockerfile').replace('sleep 20', 'true'),
    );
    await must();
    expect(readdirSync(scratch)).toEqual([]);
    expect(tags().filter((ref) => ref.includes('tmp'))).toEqual([]);
  });

  it('drops the temporary name that a killed build left, and takes its image', async () => {
    await must();
    const service = receipt().images.at(-1);
    if (!service) throw new Error('no receipt');
    const { host } = (await import('../../images/owner')).thisProcess();
    const gone = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => gone.once('close', resolve));
    const left = `${service.ref}-tmp-${host}-${gone.pid}`;
    docker('image', 'tag', service.ref, left);
    docker('image', 'rm', ...service.tags);
    expect(builds(await must())).toEqual([]);
    expect(tags()).toContain(service.ref);
    expect(tags()).not.toContain(left);
  });

  it('answers for machines', async () => {
    const plan = await must({ plan: true, json: true });
    const document = JSON.parse(plan.out) as PlanDocument;
    expect(document.images.map(({ role, variant, verdict }) => [role, variant, verdict])).toEqual([
      ['base', null, 'build'],
      ['tf', 'cpu', 'build'],
      ['service', 'cpu', 'build'],
    ]);
    expect(existsSync(join(workspace.root, RECEIPT))).toBe(false);
    const built = await run({ json: true });
    expect(JSON.parse(built.out)).toEqual(receipt());
    expect(built.err).toContain('[base] 1/1 COPY');
  });

  it('fails a check while there is something to do', async () => {
    expect((await run({ check: true })).success).toBe(false);
    await must();
    expect((await run({ check: true })).success).toBe(true);
  });

  it('prints commands that build the same by hand, and runs none of them', async () => {
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
    workspace.write('secret.txt', 'hush');
    workspace.write(
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
    workspace.write('secret.txt', 'another');
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
    workspace.write('apps/parking/docker/base.Dockerfile', `FROM docker.io/library/${PYTHON}\n`);
    expect((await run({}, 'parking', { CI: 'true' })).err).toContain('PIN_MISSING');
    expect((await run({ frozenLock: true })).err).toContain('nx g tfod:pin');
    await must({ plan: true });
    expect(existsSync(join(workspace.root, 'tfod.lock.json'))).toBe(false);
    const pinned = await must();
    expect(pinned.out).toContain(`pinned ${PYTHON} to sha256:`);
    expect(pinned.out).toContain('Commit tfod.lock.json');
    const lock = JSON.parse(workspace.read('tfod.lock.json'));
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
    workspace.write('apps/parking/docker/base.Dockerfile', `FROM ${PYTHON}\n`);
    const unknown = `sha256:${'0'.repeat(64)}`;
    workspace.write(
      'tfod.lock.json',
      JSON.stringify({ version: 1, images: { [PYTHON]: { digest: unknown } } }),
    );
    const outcome = await run();
    expect(outcome.success).toBe(false);
    expect(`${outcome.out}${outcome.err}`).toContain(unknown.slice(0, 20));
  });

  it('builds again by force, without the cache', async () => {
    workspace.write(
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
    workspace.addService('parking', { image: `${registry}/parking` });
    try {
      await must({ push: true, tags: ['1'] });
      const engine = dockerEngine();
      for (const ref of receipt().images.flatMap((image) => image.tags)) {
        expect(await engine.resolve(ref)).toMatch(/^sha256:/);
      }
    } finally {
      docker('image', 'rm', '--force', ...receipt().images.flatMap((image) => image.tags));
    }
    workspace.addService('parking', { image: 'parking' });
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

  it('tells of everything that is wrong at once, and builds nothing', async () => {
    workspace.remove('apps/parking/requirements/tf.lock');
    workspace.write('apps/parking/docker/base.Dockerfile', 'FROM scratch\nCOPY docker/nothing.txt /\n');
    workspace.write(
      'apps/parking/models/demo/saved_model/saved_model.pb',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
    );
    const outcome = await run({ buildArgs: ['NOWHERE=1'], secrets: ['id=s,src=secret.txt'] });
    expect(outcome.success).toBe(false);
    for (const code of [
      'LOCK_MISSING',
      'SOURCE_NOT_FOUND',
      'MODEL_LFS_POINTER',
      'BUILD_ARG_UNKNOWN',
      'SECRET_UNKNOWN',
    ]) {
      expect(outcome.err).toContain(code);
    }
    expect(builds(outcome)).toEqual([]);
  });

  it.each([
    ['LOCK_MALFORMED', 'requirements/tf.lock', 'numpy==2.2.0\n'],
    ['LOCK_MALFORMED', 'requirements/tf.lock', ''],
    ['DOCKERFILE_SYNTAX', 'Dockerfile', 'FRM runtime\n'],
    ['IMAGE_REF_MALFORMED', 'docker/base.Dockerfile', 'FROM Not:An:Image\n'],
  ])('refuses with %s a %s of %j', async (code, file, text) => {
    workspace.write(`apps/parking/${file}`, text);
    const outcome = await run();
    expect(outcome.err).toContain(code);
    expect(outcome.success).toBe(false);
  });

  it('says that a Dockerfile or the runtime wheel is not there', async () => {
    workspace.remove('apps/parking/docker/tf.Dockerfile');
    workspace.remove('wheel');
    const { err } = await run();
    expect(err).toContain('DOCKERFILE_MISSING');
    expect(err).toContain('RUNTIME_WHEEL_MISSING');
  });
});
