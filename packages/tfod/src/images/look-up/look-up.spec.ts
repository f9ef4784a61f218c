import type { EngineImage } from '../../engine/engine';
import { registriesOf } from '../../registry/registry';
import { aFolder } from '../../testing/a-folder';
import { AMD64, chainFacts, PINNED, PYTHON } from '../../testing/image-facts';
import { OCI_INDEX, RegistryServer } from '../../testing/registry-server';
import { digestOf } from '../../values/digest';
import { parseRepository, type Repository } from '../../values/image-ref';
import { chainOf } from '../chain';
import type { Image } from '../image';
import { isDone, planImages } from '../plan';
import type { Goal } from '../request';
import { lookUp } from './look-up';
import { tagOf } from './sight';

describe('lookUp', () => {
  let server: RegistryServer;
  let images: readonly Image[];
  let said: string[];
  let repositoryOfAll: Repository;
  const [base, tf, service] = [0, 1, 2].map((at) => () => images[at] as Image) as [
    () => Image,
    () => Image,
    () => Image,
  ];

  beforeEach(async () => {
    server = await new RegistryServer().start();
    moveTo(server.repository('vision/parking'));
    said = [];
  });
  afterEach(() => server.stop());

  function moveTo(repository: Repository): void {
    repositoryOfAll = repository;
    images = chainOf({ facts: chainFacts(), pins: new Map([[PYTHON, PINNED]]), repository, tags: ['1.4'] });
  }
  const pathOf = ({ role }: Image) => (role === 'service' ? 'vision/parking' : `vision/tfod-${role}`);
  const publish = (image: Image, { labels = image.labels, platform = AMD64 as string } = {}) =>
    server.addImage(pathOf(image), tagOf(image.ref), { labels, platform });
  const inEngine = ({ name, ref, refs, labels }: Image, own = refs): EngineImage => ({
    id: digestOf(name),
    refs: own.length > 0 ? own : [ref],
    labels,
    platform: AMD64,
    bytes: 1,
  });

  async function plan({
    present = [] as readonly EngineImage[],
    force = false,
    push = false,
    goal = 'local' as Goal,
    env = {} as NodeJS.ProcessEnv,
  } = {}) {
    const registries = registriesOf({
      env: { HOME: aFolder(), ...env },
      patience: { answerMs: 4000, attempts: 1, firstPauseMs: 1 },
    });
    const project = { kind: 'runtime', name: 'parking', root: 'apps/parking', variants: ['cpu'] } as const;
    const request = { service: { ...project, image: repositoryOfAll }, force, push };
    const report = (line: string) => void said.push(line);
    const seen = await lookUp({ images, present, request, registries, report });
    const kept = { last: {}, find: () => undefined };
    const planned = planImages({ images, present, kept, seen, force, push, goal });
    const verdicts = planned.map(({ image, verdict, reasons }) => [image.name, verdict, ...reasons]);
    return { planned, verdicts };
  }

  it('asks nothing when all is in the engine', async () => {
    expect((await plan({ present: images.map((image) => inEngine(image)) })).verdicts).toHaveLength(3);
    expect((await plan({ present: [inEngine(service())] })).verdicts).toHaveLength(1);
    expect(server.requests).toEqual([]);
  });

  it('asks by one HEAD for each image, and pulls the one that is wanted without its parents', async () => {
    images.forEach((image) => publish(image));
    const { verdicts } = await plan();
    expect(verdicts).toEqual([['service-cpu', 'pull', 'in the registry']]);
    const heads = server.requests.filter((each) => each.startsWith('HEAD'));
    expect(heads.sort()).toEqual(
      images.map((image) => `HEAD /v2/${pathOf(image)}/manifests/${tagOf(image.ref)}`).sort(),
    );
    expect(server.requests.filter((each) => /GET.*tfod-/.test(each))).toEqual([]);
  });

  it('asks by HEAD alone when there is nothing', async () => {
    expect((await plan()).verdicts.map(([, verdict]) => verdict)).toEqual(['build', 'build', 'build']);
    expect(server.requests.every((each) => each.startsWith('HEAD'))).toBe(true);
    expect(server.requests).toHaveLength(3);
  });

  it('pulls the parent that something is built on, and no more', async () => {
    publish(base());
    publish(tf());
    expect((await plan()).verdicts).toEqual([
      ['tf', 'pull', 'in the registry, and service-cpu is built on it'],
      ['service-cpu', 'build', 'never built here'],
    ]);
  });

  it('does not pull for the registry, and has nothing to do when all is there', async () => {
    images.forEach((image) => {
      const digest = publish(image);
      const { mediaType = '', bytes = '' } = server.manifest(pathOf(image), digest) ?? {};
      for (const ref of image.refs) server.addManifest(pathOf(image), tagOf(ref), mediaType, String(bytes));
    });
    const { planned, verdicts } = await plan({ goal: 'registry', push: true });
    expect(verdicts).toEqual([['service-cpu', 'present', 'in the registry']]);
    expect(isDone(planned)).toBe(true);
  });

  it('tells what is to be pushed, for it is not there or names another image', async () => {
    publish(service());
    server.addImage('vision/parking', 'cpu', { labels: {} });
    const { planned, verdicts } = await plan({ present: images.map((each) => inEngine(each)), push: true });
    expect(verdicts).toEqual([
      ['base', 'present', `goes to the registry as ${base().ref}`],
      ['tf', 'present', `goes to the registry as ${tf().ref}`],
      [
        'service-cpu',
        'present',
        `goes to the registry as ${server.host}/vision/parking:cpu and ${server.host}/vision/parking:1.4-cpu`,
      ],
    ]);
    expect(isDone(planned)).toBe(false);
  });

  describe('does not believe a tag', () => {
    const impostor = (): [string, string, string] => [
      'service-cpu',
      'build',
      `${service().ref} names another image in the registry`,
    ];
    beforeEach(() => publish(tf()));

    it.each([
      ['without the label', () => publish(service(), { labels: {} })],
      ['with the label of another', () => publish(service(), { labels: tf().labels })],
      ['of another platform', () => publish(service(), { platform: 'linux/arm64' })],
      ['of no platform', () => publish(service(), { platform: 'Linux AMD/?' })],
      [
        'that is no image',
        () => server.addManifest('vision/parking', tagOf(service().ref), 'text/plain', 'x'),
      ],
      ['that is half an index', () => publishIndex(false)],
    ])('%s', async (_, spoil) => {
      spoil();
      expect((await plan()).verdicts.at(-1)).toEqual(impostor());
    });

    it('but the image for the platform in an index', async () => {
      publishIndex(true);
      expect((await plan()).verdicts).toEqual([['service-cpu', 'pull', 'in the registry']]);
    });

    it('whose manifest is gone', async () => {
      const digest = publish(service());
      server.remove(`vision/parking/manifests/${digest}`);
      expect((await plan()).verdicts.at(-1)).toEqual(impostor());
    });

    function publishIndex(isWhole: boolean): void {
      const digest = server.addImage('vision/parking', 'other', { labels: service().labels });
      const { bytes = Buffer.alloc(0) } = server.manifest('vision/parking', digest) ?? {};
      const child = {
        mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
        digest,
        size: bytes.length,
      };
      const manifests = [
        { ...child, digest: digestOf('attestation'), platform: { os: 'unknown', architecture: 'unknown' } },
        { ...child, platform: { os: 'linux', architecture: 'amd64' } },
      ];
      const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
      server.addManifest('vision/parking', tagOf(service().ref), OCI_INDEX, text);
      if (!isWhole) server.remove(`vision/parking/manifests/${digest}`);
    }
  });

  it('builds by force what is there', async () => {
    images.forEach((image) => publish(image));
    const { verdicts } = await plan({ force: true, present: images.map((each) => inEngine(each)) });
    expect(verdicts.map(([, verdict]) => verdict)).toEqual(['build', 'build', 'build']);
    expect(server.requests).toEqual([]);
  });

  describe('where the registry does not answer', () => {
    beforeEach(() => server.stop().then(() => server.start()));
    beforeEach(() => (server.mischief = Array.from({ length: 9 }, () => ({ status: 503 }))));

    it('says so in one line and builds', async () => {
      moveTo(server.repository('vision/parking'));
      expect((await plan()).verdicts.map(([, verdict]) => verdict)).toEqual(['build', 'build', 'build']);
      expect(said).toEqual([
        expect.stringMatching(/^warning: 127\.0\.0\.1:\d+ is not asked for images.*503/),
      ]);
    });

    it('fails when images are to be pushed there', async () => {
      moveTo(server.repository('vision/parking'));
      await expect(plan({ goal: 'registry', push: true })).rejects.toThrow(/REGISTRY_FAILED[^]*503/);
      expect(said).toEqual([]);
    });
  });

  it.each([
    ['PROXY_UNSUPPORTED', { all_proxy: 'socks5://127.0.0.1:1' }, 'proxy'],
    ['CERTIFICATES_UNREADABLE', { SSL_CERT_FILE: __filename }, 'certificates'],
  ])('says what keeps it from asking and builds, and fails to push: %s', async (code, env, what) => {
    moveTo(parseRepository('registry.example/vision/parking'));
    expect((await plan({ env })).verdicts).toHaveLength(3);
    expect(said).toEqual([expect.stringMatching(`^warning: registry.example is not asked.*${what}`)]);
    await expect(plan({ env, goal: 'registry', push: true })).rejects.toThrow(code);
  });

  it.each(['parking', 'account/parking'])(
    'has nobody to ask for %s, which names no registry',
    async (name) => {
      moveTo(parseRepository(name));
      expect((await plan()).verdicts).toHaveLength(3);
      expect(said).toEqual([]);
    },
  );
});
