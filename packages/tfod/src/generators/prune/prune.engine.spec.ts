import { execFileSync } from 'node:child_process';
import { FsTree } from 'nx/src/generators/tree';
import { dockerEngine } from '../../engine/docker';
import { dockerImageStore } from '../../engine/image-store';
import { runCommand } from '../../engine/run-command';
import { builds, docker, dockerBuildBench, SPACE, tags } from '../../testing/docker-build-bench';
import { describeWithEngine } from '../../testing/with-engine';
import pruneGenerator from './generator';
import type { PruneOptions } from './schema';

const WEEKS = 3 * 7 * 24 * 3_600_000;
const SCRIPT = 'apps/parking/src/parking/detect.py';

describeWithEngine('tfod:prune on a real engine', () => {
  const bench = dockerBuildBench();

  /** Sees the images of this run and no others: the engine is shared. */
  async function prune(options: PruneOptions = {}): Promise<string> {
    const said: string[] = [];
    const store = dockerImageStore(runCommand);
    const { workspace } = bench;
    const apply = await pruneGenerator(new FsTree(workspace.root, false), options, {
      engine: dockerEngine(),
      store: {
        ...store,
        images: async (label) =>
          (await store.images(label)).filter(({ refs }) => refs.some((ref) => ref.startsWith(`${SPACE}/`))),
      },
      run: runCommand,
      env: { TFOD_CACHE_DIR: workspace.cacheFolder },
      nowMs: () => Date.now() + WEEKS,
      print: (text) => void said.push(text),
      report: () => undefined,
      wheelFolder: workspace.wheelFolder,
    });
    await apply?.();
    return said.join('\n');
  }

  it('removes what nobody needs, keeps what a container needs, and breaks no build', async () => {
    execFileSync('git', ['init', '--quiet'], { cwd: bench.workspace.root });
    const before = bench.workspace.read(SCRIPT);
    const old: string[] = [];
    for (const text of ['print("old")\n', 'print("older")\n']) {
      bench.workspace.write(SCRIPT, text);
      await bench.must();
      old.push(bench.receipt().images.at(-1)?.ref ?? '');
    }
    bench.workspace.write(SCRIPT, before);
    await bench.must();
    const derived = `${SPACE}/derived:latest`;
    const container = docker('create', old[0] ?? '');
    docker('commit', container, derived);
    const all = tags();

    expect(await prune()).toMatch(/Would remove 1 image: about \d/);
    expect(tags()).toEqual(all);
    expect(await prune({ apply: true })).toMatch(/Removed 1 image: about \d/);
    expect(tags()).toEqual(all.filter((tag) => tag !== old[1]));

    docker('rm', container);
    expect(await prune({ apply: true })).toContain('Removed 1 image');
    expect(tags()).toContain(derived);
    expect(tags()).not.toContain(old[0]);
    expect(builds(await bench.must())).toEqual([]);
    docker('image', 'rm', derived);
  });

  it('lets builds go on that run beside it', async () => {
    execFileSync('git', ['init', '--quiet'], { cwd: bench.workspace.root });
    await bench.must();
    for (const round of [1, 2, 3]) {
      bench.workspace.write(SCRIPT, `print(${round})\n`);
      await Promise.all([bench.must(), prune({ apply: true }), prune({ apply: true })]);
      const { images } = bench.receipt();
      for (const { ref } of images) expect(tags()).toContain(ref);
    }
  });
});
