import { parsePlatform } from '../values/platform';
import { cachesOf } from './caches';

const ASKED = { name: 'parking' };
const CACHES = { from: ['type=registry,ref=c:{image}'], to: ['type=local,dest=/c/{image}', 'type=inline'] };
const SERVICE = {
  role: 'service',
  variant: 'cpu',
  platform: parsePlatform('linux/amd64'),
  facts: {},
} as const;
const BASE = { ...SERVICE, role: 'base', variant: null, ref: 'acme/tfod-base:k-1' } as const;

describe('cachesOf', () => {
  const nameOf = (image: Parameters<typeof cachesOf>[0], asked = ASKED): string | undefined =>
    cachesOf(image, asked, CACHES).from[0]?.slice('type=registry,ref=c:'.length);

  it('stand under the name of the image', () => {
    expect(cachesOf({ ...SERVICE, ref: 'parking:k-1' }, ASKED, CACHES)).toEqual({
      from: ['type=registry,ref=c:parking-cpu-linux-amd64'],
      to: ['type=local,dest=/c/parking-cpu-linux-amd64', 'type=inline'],
    });
  });

  it('are those of one image alone', () => {
    const refs = ['acme/north/detector', 'acme/south/detector', 'acme-north/detector', 'detector'];
    const services = refs.map((ref) => nameOf({ ...SERVICE, ref: `${ref}:k-1` }));
    const makers = [
      { runtime: { name: 'ml' } },
      { runtime: { name: 'ML' } },
      { other: { name: 'gate' } },
      {},
    ];
    const bases = makers.map((facts) => nameOf({ ...BASE, facts }));
    const platforms = ['linux/arm64', 'linux/arm/v7'].map((text) =>
      nameOf({ ...BASE, platform: parsePlatform(text) }),
    );
    const names = [...services, ...bases, ...platforms, nameOf({ ...BASE, variant: 'gpu', role: 'gpu' })];
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name ?? ''))).toEqual([]);
    expect(services[0]).toMatch(/^acme-north-detector-[0-9a-f]{8}-cpu-linux-amd64$/);
  });

  it('are the same with another key, in another registry and for each service on a runtime', () => {
    const facts = { runtime: { name: 'ml' } };
    const names = ['acme/tfod-base:k-1', 'acme/tfod-base:k-2', 'r.example:5000/acme/tfod-base:k-1'].map(
      (ref) => nameOf({ ...BASE, ref, facts }),
    );
    expect(new Set([...names, nameOf({ ...BASE, facts }, { name: 'gate' })]).size).toBe(1);
  });
});
