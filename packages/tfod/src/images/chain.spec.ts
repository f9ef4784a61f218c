import { AMD64, ARM64, chainFacts, imageFacts, PINNED, PYTHON } from '../testing/image-facts';
import { parseRepository } from '../values/image-ref';
import { chainOf, type ChainRequest } from './chain';

const pins = new Map([[PYTHON, PINNED]]);
const chain = (overrides: Partial<ChainRequest> = {}) =>
  chainOf({ facts: chainFacts(), pins, repository: parseRepository('team/parking'), tags: [], ...overrides });
const keys = (overrides?: Partial<ChainRequest>) =>
  Object.fromEntries(chain(overrides).map(({ name, key }) => [name, key]));

describe('chainOf', () => {
  it('names each image by its key, beside the service', () => {
    const [base, tf, service] = chain({ tags: ['1.2'] });
    expect([base?.refs, tf?.refs]).toEqual([
      [`team/tfod-base:k-${base?.key.slice(0, 32)}`],
      [`team/tfod-tf:k-${tf?.key.slice(0, 32)}`],
    ]);
    expect(service?.refs).toEqual([
      `team/parking:k-${service?.key.slice(0, 32)}`,
      'team/parking:cpu',
      'team/parking:1.2-cpu',
    ]);
    expect(service?.parents).toEqual({ runtime: 'tf', tensorflow: 'tf' });
  });

  it('lets a change travel down the chain and no other way', () => {
    const before = keys();
    const service = keys({ facts: chainFacts({ 'service-cpu': { files: { 'src/a.py': 'b' } } }) });
    expect(service).toEqual({
      ...before,
      'service-cpu': expect.not.stringMatching(String(before['service-cpu'])),
    });
    const tf = keys({ facts: chainFacts({ tf: { dockerfile: 'FROM base\nRUN a' } }) });
    expect(tf['base']).toBe(before['base']);
    expect(tf['tf']).not.toBe(before['tf']);
    expect(tf['service-cpu']).not.toBe(before['service-cpu']);
    const python = keys({ pins: new Map([[PYTHON, ('sha256:' + 'ab'.repeat(32)) as typeof PINNED]]) });
    for (const name of Object.keys(before)) expect(python[name]).not.toBe(before[name]);
  });

  it('keeps names, registry, tags and places out of the keys', () => {
    const moved = chainFacts().map((facts) => ({
      ...facts,
      secrets: ['id=ca,src=/ca.pem'],
      context: { ...facts.context, root: '/elsewhere' },
      dockerfile: { ...facts.dockerfile, path: 'apps/other/Dockerfile' },
    }));
    expect(
      keys({ facts: moved, repository: parseRepository('registry.example/other'), tags: ['x'] }),
    ).toEqual(keys());
  });

  it('says what each image is and which base it has', () => {
    const facts = [imageFacts('base', { base: PYTHON }), ...chainFacts().slice(1)];
    const [base, tf] = chain({ facts });
    expect(base?.labels).toEqual({
      'dev.tfod.key': base?.key,
      'dev.tfod.role': 'base',
      'dev.tfod.schema': '2',
      'org.opencontainers.image.base.name': PYTHON,
      'org.opencontainers.image.base.digest': PINNED,
    });
    expect(tf?.labels).toEqual({
      'dev.tfod.key': tf?.key,
      'dev.tfod.role': 'tf',
      'dev.tfod.schema': '2',
      'dev.tfod.variant': 'cpu',
    });
  });

  it('tells platforms apart when there are several', () => {
    const facts = [AMD64, ARM64].flatMap((platform) => chainFacts().map((each) => ({ ...each, platform })));
    const images = chain({ facts });
    expect(images.map(({ name }) => name)).toEqual([
      'base-linux-amd64',
      'tf-linux-amd64',
      'service-cpu-linux-amd64',
      'base-linux-arm64',
      'tf-linux-arm64',
      'service-cpu-linux-arm64',
    ]);
    expect(images.at(-1)?.refs.at(-1)).toBe('team/parking:cpu-arm64');
    expect(images.at(-1)?.parents).toEqual({ runtime: 'tf-linux-arm64', tensorflow: 'tf-linux-arm64' });
    expect(new Set(images.map(({ key }) => key)).size).toBe(6);
    expect(images.slice(0, 3).map(({ key }) => key)).toEqual(Object.values(keys()));
  });

  it('writes a name of Docker Hub as the engine does', () => {
    expect(
      chain({ repository: parseRepository('docker.io/team/parking') })
        .at(-1)
        ?.refs.at(-1),
    ).toBe('team/parking:cpu');
  });
});
