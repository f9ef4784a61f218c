import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registriesOf } from '../../registry/registry';
import { startBuildkitDaemon, type BuildkitDaemon } from '../../testing/buildkit-daemon';
import { builds, docker, dockerBuildBench, labelOf, SPACE, tags } from '../../testing/docker-build-bench';
import { describeWithBuildkit } from '../../testing/with-engine';
import { parseImageRef, parseTag } from '../../values/image-ref';

const HOST = process.env['TFOD_TEST_REGISTRY'] ?? '';
const REGISTRY = `${HOST}/${SPACE}`;

describeWithBuildkit('docker-build with a builder that does not see the engine', () => {
  const bench = dockerBuildBench();
  const { must, run, receipt, verdicts } = bench;
  let folder: string;
  let daemon: BuildkitDaemon | undefined;
  const builder = () => daemon?.builder ?? '';

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tfod-buildkit-'));
    daemon = await startBuildkitDaemon(folder, HOST);
  });
  afterEach(async () => {
    await daemon?.stop();
    daemon = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  it('loads what was built there under the names that a build of the engine gives', async () => {
    const outcome = await must({ builder: builder() });
    expect(builds(outcome)).toHaveLength(1);
    expect(verdicts()).toEqual(['base: build', 'tf: build', 'service-cpu: build']);
    for (const { ref, key, id } of receipt().images) {
      expect([labelOf(ref), docker('image', 'inspect', '--format', '{{.Id}}', ref)]).toEqual([key, id]);
    }
    expect(tags()).toHaveLength(4);
    expect(fileIn(`${SPACE}/parking:cpu`, '/app/parking/detect.py')).toBe('print("parking")\n');

    expect(builds(await must())).toEqual([]);
    expect(verdicts()).toEqual(['base: present', 'tf: present', 'service-cpu: present']);
  });

  it('builds a parent there that only the engine has, and leaves that of the engine as it is', async () => {
    await must();
    const before = receipt().images;
    edit();
    await must({ builder: builder() });
    expect(verdicts()).toEqual(['base: present', 'tf: present', 'service-cpu: build']);
    expect(fileIn(`${SPACE}/parking:cpu`, '/app/parking/detect.py')).toBe('print("other")\n');
    for (const { ref, id } of before) {
      expect(docker('image', 'inspect', '--format', '{{.Id}}', ref)).toBe(id);
    }
  });

  it('takes a parent from the registry by its digest, and the engine pulls nothing', async () => {
    await must({ registry: REGISTRY, push: true });
    const parent = layersOf(receipt().images[1]?.ref ?? '');
    forget();
    edit();
    const outcome = await must({ registry: REGISTRY, goal: 'registry', builder: builder() });
    expect(verdicts()).toEqual(['tf: present', 'service-cpu: build']);
    expect(outcome.commands.filter(({ args }) => args[1] === 'pull')).toEqual([]);
    expect(outcome.out).not.toMatch(/\[(base|tf)\]/);
    expect(tags().filter((ref) => ref.includes('tfod-tf'))).toEqual([]);
    const { ref, digest } = receipt().images.at(-1) ?? { ref: '' };
    expect(digest).toMatch(/^sha256:/);
    expect((await registryTag(ref))?.digest).toBe(digest);
    expect(layersOf(ref).slice(0, parent.length)).toEqual(parent);
  });

  it('says what failed there, and gives no name to what stands on it', async () => {
    bench.workspace.write('apps/parking/docker/tf.Dockerfile', 'FROM base\nCOPY requirements/no.lock /\n');
    const outcome = await run({ builder: builder() });
    expect(outcome.success).toBe(false);
    expect(outcome.err).toContain('requirements/no.lock');
    expect(tags().filter((ref) => !ref.includes('tfod-base'))).toEqual([]);
  });

  /** Another machine: the engine has none of the images. */
  function forget(): void {
    const refs = docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}').split('\n');
    docker('image', 'rm', '--force', ...refs.filter((ref) => ref.includes(SPACE)));
  }

  function edit(): void {
    bench.workspace.write('apps/parking/src/parking/detect.py', 'print("other")\n');
  }
});

function fileIn(ref: string, path: string): string {
  const container = docker('container', 'create', ref);
  try {
    const archive = execFileSync('docker', ['container', 'cp', `${container}:${path}`, '-']);
    return execFileSync('tar', ['--extract', '--to-stdout'], { input: archive, encoding: 'utf8' });
  } finally {
    docker('container', 'rm', container);
  }
}

const layersOf = (ref: string): readonly string[] =>
  JSON.parse(docker('image', 'inspect', '--format', '{{json .RootFS.Layers}}', ref));

function registryTag(ref: string) {
  const { repository, tag = parseTag('latest') } = parseImageRef(ref);
  return registriesOf({ env: process.env }).open(repository, 'pull').head(tag);
}
