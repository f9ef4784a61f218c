import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dockerBuildBench, builds, docker, labelOf, SPACE, tags } from '../../testing/docker-build-bench';
import { describeWithEngine } from '../../testing/with-engine';

describeWithEngine('docker-build builds what a change reaches', () => {
  const bench = dockerBuildBench();
  const { must, receipt, verdicts, reasons } = bench;

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
    expect(readdirSync(join(bench.workspace.cacheFolder, 'build'))).toEqual([]);
  });

  it('holds exactly the files that the Dockerfiles name, with one mode whatever the umask', async () => {
    execFileSync('chmod', ['-R', 'g+w', bench.workspace.root]);
    await must();
    const before = receipt().images.map(({ key }) => key);
    execFileSync('chmod', ['-R', 'go-w', bench.workspace.root]);
    bench.workspace.write('apps/parking/README.md', '# Edited\n');
    bench.workspace.write('apps/parking/notes.txt', 'nobody copies this');
    bench.workspace.write(
      'apps/parking/Dockerfile',
      `# a comment\n${bench.workspace.read('apps/parking/Dockerfile')}`,
    );
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
    const before = bench.workspace.read(script);
    bench.workspace.write(script, 'print("edited")\n');
    const plan = await must({ plan: true });
    expect(plan.out).toContain('service-cpu  build    src/parking/detect.py changed');
    expect(builds(plan)).toEqual([]);
    await must();
    expect(verdicts()).toEqual(['base: present', 'tf: present', 'service-cpu: build']);
    bench.workspace.write(script, before);
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
      bench.workspace.write('apps/parking/src/parking/detect.py', `print("${letter}")\n`);
      bench.workspace.write('wheel/tfod_runtime-0.0.0-py3-none-any.whl', `wheel ${letter}`);
      bench.workspace.write('apps/parking/docker/base.txt', `${bench.workspace.root} ${letter}`);
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
    bench.workspace.write('apps/parking/docker/base.txt', 'other');
    await must();
    expect(verdicts()).toEqual(['base: build', 'tf: build', 'service-cpu: build']);
    expect(reasons()).toEqual({
      base: ['docker/base.txt changed'],
      tf: ['base: docker/base.txt changed'],
      service: ['tf ← base: docker/base.txt changed'],
    });
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
    bench.workspace.addService('plates', { image: `${SPACE}/plates` });
    bench.workspace.write('apps/plates/src/parking/detect.py', 'print("plates")\n');
    await must({}, 'plates');
    expect(receipt('plates').images.map(({ verdict }) => verdict)).toEqual(['present', 'present', 'build']);
    bench.workspace.addService('twin', { image: `${SPACE}/deep/twin` });
    expect(builds(await must({}, 'twin'))).toEqual([]);
    expect(receipt('twin').images.map(({ id }) => id)).toEqual(receipt().images.map(({ id }) => id));
    expect(tags()).toContain(`${SPACE}/deep/twin:cpu`);
  });
});
