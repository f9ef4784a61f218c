import {
  builds,
  docker,
  dockerBuildBench,
  labelOf,
  SPACE,
  tags,
  type Outcome,
} from '../../testing/docker-build-bench';
import { aFolder } from '../../testing/a-folder';
import { RegistryServer } from '../../testing/registry-server';
import { describeWithEngine } from '../../testing/with-engine';
import type { Receipt } from '../../images/receipt';
import { indexEntries } from '../../registry/manifest';
import { registriesOf } from '../../registry/registry';
import { parseImageRef, parseTag } from '../../values/image-ref';

const REGISTRY = `${process.env['TFOD_TEST_REGISTRY']}/${SPACE}`;
const KEYS = /:k-[0-9a-f]{32}$/;

describeWithEngine('docker-build with a registry', () => {
  const bench = dockerBuildBench();
  const { must, run, receipt, verdicts, reasons } = bench;
  const options = { registry: REGISTRY };

  beforeEach(() => bench.workspace.addService('parking', { image: 'parking' }));
  afterEach(forget);

  /** Another machine: the engine has none of the images, and no record of them is kept here. */
  function forget(): void {
    const refs = docker('image', 'ls', '--format', '{{.ID}} {{.Repository}}')
      .split('\n')
      .filter((line) => line.includes(SPACE))
      .map((line) => line.split(' ')[0] ?? '');
    if (refs.length > 0) docker('image', 'rm', '--force', ...new Set(refs));
  }

  const commandsOf = ({ commands }: Outcome, verb: string) =>
    commands.filter(({ args }) => args[0] === 'image' && args[1] === verb).map(({ args }) => args.at(-1));
  const inRegistry = async (ref: string) => {
    const { repository, tag = parseTag('latest') } = parseImageRef(ref);
    return (await registriesOf({ env: process.env }).open(repository, 'pull').head(tag))?.digest;
  };
  const manifestOf = async (ref: string) => {
    const { repository, tag = parseTag('latest') } = parseImageRef(ref);
    const opened = registriesOf({ env: process.env }).open(repository, 'push');
    const manifest = await opened.manifest(tag);
    if (!manifest) throw new Error(`no ${ref}`);
    return { opened, manifest };
  };

  it('pushes each image once, and then what is missing and nothing else', async () => {
    const first = await must({ ...options, push: true, tags: ['1.4'] });
    expect(commandsOf(first, 'push').every((ref) => KEYS.test(ref ?? ''))).toBe(true);
    expect(commandsOf(first, 'push')).toHaveLength(3);
    const { images } = receipt();
    for (const { tags, digest } of images) {
      for (const ref of tags) expect(await inRegistry(ref)).toBe(digest);
    }
    const again = await must({ ...options, push: true, tags: ['1.4'] });
    expect([...commandsOf(again, 'push'), ...builds(again)]).toEqual([]);
    expect(receipt().images.map(({ digest }) => digest)).toEqual(images.map(({ digest }) => digest));

    const named = await must({ ...options, push: true, tags: ['1.5'] });
    expect(commandsOf(named, 'push')).toEqual([]);
    expect(await inRegistry(`${REGISTRY}/parking:1.5-cpu`)).toBe(images.at(-1)?.digest);
    bench.workspace.write('apps/parking/src/parking/detect.py', 'print("other")\n');
    const changed = await must({ ...options, push: true });
    expect(commandsOf(changed, 'push')).toEqual([receipt().images.at(-1)?.ref]);
    expect(await inRegistry(`${REGISTRY}/parking:cpu`)).toBe(receipt().images.at(-1)?.digest);
  });

  it('pulls the service image alone on another machine, by the names that others have for it', async () => {
    await must({ ...options, push: true });
    const [, , service] = receipt().images;
    forget();
    const plan = await must({ ...options, plan: true });
    expect(plan.out).toMatch(/service-cpu +pull +in the registry/);
    const fetched = await must(options);
    expect(builds(fetched)).toEqual([]);
    expect(commandsOf(fetched, 'pull')).toEqual([`${REGISTRY}/parking@${service?.digest}`]);
    expect(verdicts()).toEqual(['service-cpu: pull']);
    expect(receipt().images).toMatchObject([{ id: service?.id, digest: service?.digest, ref: service?.ref }]);
    expect(labelOf(`${REGISTRY}/parking:cpu`)).toBe(service?.key);
    expect(commandsOf(await must(options), 'pull')).toEqual([]);
    expect(verdicts()).toEqual(['service-cpu: present']);
  });

  it('pulls the parent that a change needs, and not the one below it', async () => {
    await must({ ...options, push: true });
    const [, tf] = receipt().images;
    forget();
    bench.workspace.write('apps/parking/src/parking/detect.py', 'print("other")\n');
    const fetched = await must(options);
    expect(commandsOf(fetched, 'pull')).toEqual([`${REGISTRY}/tfod-tf@${tf?.digest}`]);
    expect(verdicts()).toEqual(['tf: pull', 'service-cpu: build']);
    expect(reasons()['tf']).toEqual(['in the registry, and service-cpu is built on it']);
  });

  it('neither pulls nor builds what the registry has when the goal is the registry', async () => {
    const goal = { ...options, goal: 'registry' as const };
    await must(goal);
    const before = receipt().images.at(-1);
    forget();
    expect((await must({ ...goal, check: true })).out).toMatch(/service-cpu +present +in the registry/);
    const outcome = await must(goal);
    expect([...builds(outcome), ...commandsOf(outcome, 'pull'), ...commandsOf(outcome, 'push')]).toEqual([]);
    expect(receipt().images).toMatchObject([
      { id: before?.id, digest: before?.digest, verdict: 'present', reasons: ['in the registry'] },
    ]);
    await must({ ...goal, tags: ['2.0'] });
    expect(await inRegistry(`${REGISTRY}/parking:2.0-cpu`)).toBe(before?.digest);
    expect(tags().filter((ref) => ref.includes('parking'))).toEqual([]);
  });

  it('builds again what a stranger wrote to our tag, or what was deleted, and puts it back', async () => {
    await must({ ...options, push: true });
    const [base, , service] = receipt().images;
    if (!base || !service) throw new Error('no receipt');
    docker('tag', base.ref, `${REGISTRY}/parking:stranger`);
    docker('push', '--quiet', `${REGISTRY}/parking:stranger`);
    const other = await manifestOf(`${REGISTRY}/parking:stranger`);
    await other.opened.put(parseTag(service.ref.split(':').at(-1) ?? ''), other.manifest);
    expect(await inRegistry(service.ref)).not.toBe(service.digest);
    forget();
    const outcome = await must({ ...options, push: true });
    expect(verdicts().at(-1)).toBe('service-cpu: build');
    expect(reasons()['service']?.[0]).toBe(`${service.ref} names another image in the registry`);
    expect(commandsOf(outcome, 'push')).toEqual([service.ref]);
    expect(await inRegistry(service.ref)).toBe(receipt().images.at(-1)?.digest);

    await remove(service.ref);
    forget();
    await must(options);
    expect(verdicts().at(-1)).toBe('service-cpu: build');
    await must({ ...options, push: true });
    expect(await inRegistry(service.ref)).toBe(receipt().images.at(-1)?.digest);
  });

  /** Removes what a tag names, with all of its tags. */
  async function remove(ref: string): Promise<void> {
    const { repository } = parseImageRef(ref);
    const path = repository.slice(repository.indexOf('/') + 1);
    const host = repository.slice(0, repository.indexOf('/'));
    const answer = await fetch(`http://${host}/v2/${path}/manifests/${await inRegistry(ref)}`, {
      method: 'DELETE',
    });
    expect(answer.status).toBe(202);
    expect(await inRegistry(ref)).toBeUndefined();
  }

  it('puts an index over the images of several platforms under the names without an architecture', async () => {
    const both = { ...options, push: true, platforms: ['linux/amd64', 'linux/arm64'], tags: ['1.4'] };
    await must(both);
    const digests = receipt().images.flatMap(({ role, digest }) => (role === 'service' ? [digest] : []));
    for (const tag of ['cpu', '1.4-cpu']) {
      const { manifest } = await manifestOf(`${REGISTRY}/parking:${tag}`);
      expect(indexEntries(manifest)?.map(({ platform, digest }) => [platform, digest])).toEqual([
        ['linux/amd64', digests[0]],
        ['linux/arm64', digests[1]],
      ]);
    }
    expect((await run({ ...both, check: true })).success).toBe(true);
    docker('pull', '--quiet', '--platform', 'linux/arm64', `${REGISTRY}/parking:cpu`);
    const { opened, manifest } = await manifestOf(`${REGISTRY}/parking:cpu-amd64`);
    await opened.put(parseTag('cpu'), manifest);
    expect((await run({ ...both, check: true })).success).toBe(false);
    expect(commandsOf(await must(both), 'push')).toEqual([]);
    expect((await run({ ...both, check: true })).success).toBe(true);
  });

  it('gives the image of a runtime its names where those are, and finds it there', async () => {
    bench.addProject('ml', 'libs/ml');
    bench.workspace.addRuntime('ml', { image: 'shared/ml' });
    const both = { ...options, push: true, platforms: ['linux/amd64', 'linux/arm64'], tags: ['1.4'] };
    for (const wanted of [{ ...both, platforms: [] }, both]) {
      const outcome = await must({ ...wanted, variants: ['cpu'] }, 'ml');
      expect(commandsOf(outcome, 'push').every((ref) => KEYS.test(ref ?? ''))).toBe(true);
      const { images } = JSON.parse(bench.workspace.read('dist/libs/ml/images.json')) as Receipt;
      for (const { tags, digest } of images) {
        for (const ref of tags) expect(await inRegistry(ref)).toBe(digest);
      }
      expect((await run({ ...wanted, variants: ['cpu'], check: true }, 'ml')).success).toBe(true);
    }
    const { manifest } = await manifestOf(`${REGISTRY}/shared/ml:1.4-cpu`);
    expect(indexEntries(manifest)).toHaveLength(2);
  });

  it('says before it builds that this user may not push', async () => {
    const server = await new RegistryServer().start();
    try {
      server.login = { scheme: 'bearer', user: 'ann', password: 'open', may: 'pull' };
      const auths = { [server.host]: { auth: btoa('ann:open') } };
      const env = { DOCKER_CONFIG: aFolder({ 'config.json': JSON.stringify({ auths }) }) };
      const away = { registry: `${server.host}/vision`, goal: 'registry' as const };
      const denied = await run(away, 'parking', env);
      expect(denied.err).toMatch(/REGISTRY_DENIED[^]*ask for the right/);
      const unknown = await run(away, 'parking', { HOME: aFolder() });
      expect(unknown.err).toMatch(/REGISTRY_DENIED[^]*docker login/);
      expect([...builds(denied), ...builds(unknown)]).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it('asks no registry when all is in the engine', async () => {
    await must(options);
    const unreachable = { registry: '127.0.0.1:1/vision' };
    await must(options);
    expect(verdicts()).toEqual(['base: present', 'tf: present', 'service-cpu: present']);
    const elsewhere = await must(unreachable);
    expect(elsewhere.out).not.toContain('warning');
    expect(builds(elsewhere)).toEqual([]);
    docker('image', 'rm', '--force', ...receipt().images.flatMap((image) => image.tags));
  });

  it('builds with a warning where the registry cannot be reached, unless it is the goal', async () => {
    const away = { registry: '127.0.0.1:1/vision' };
    const failed = await run({ ...away, goal: 'registry' });
    expect(failed.err).toMatch(/REGISTRY_UNREACHABLE[^]*ECONNREFUSED/);
    expect(builds(failed)).toEqual([]);
    const outcome = await must(away);
    expect(outcome.out).toMatch(/^warning: 127\.0\.0\.1:1 is not asked for images/);
    expect(builds(outcome)).toHaveLength(1);
    docker('image', 'rm', '--force', ...receipt().images.flatMap((image) => image.tags));
  });
});
