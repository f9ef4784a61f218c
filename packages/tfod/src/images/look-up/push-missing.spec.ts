import { registriesOf } from '../../registry/registry';
import { aFolder } from '../../testing/a-folder';
import { AMD64, chainFacts, PINNED, PYTHON, ARM64 } from '../../testing/image-facts';
import { OCI_INDEX, RegistryServer } from '../../testing/registry-server';
import { stubEngine } from '../../testing/stub-engine';
import { digestOf } from '../../values/digest';
import { parseImageRef, splitRepository } from '../../values/image-ref';
import type { Platform } from '../../values/platform';
import { chainOf } from '../chain';
import type { Image } from '../image';
import { isAsked } from '../plan';
import type { EnsuredImage } from '../receipt';
import { pushMissing } from './push-missing';
import { tagOf } from './sight';

/** The names of a runtime for people are in `vision/ml`, and its image in `vision/tfod-tf`. */
describe('pushMissing, of a runtime', () => {
  let server: RegistryServer;
  let pushed: string[];
  beforeEach(async () => {
    server = await new RegistryServer().start();
    pushed = [];
  });
  afterEach(() => server.stop());

  const pathOf = (ref: string) => splitRepository(parseImageRef(ref).repository).path;
  const named = (path: string, tag: string) => server.manifest(path, tag);

  function imagesFor(platforms: readonly Platform[]): readonly Image[] {
    const [base, tf] = chainFacts();
    if (!base || !tf) throw new Error('no chain');
    const top = { ...tf, link: { ...tf.link, isTop: true, variant: 'cpu' as const } };
    const facts = platforms.flatMap((platform) => [base, top].map((each) => ({ ...each, platform })));
    const repository = server.repository('vision/ml');
    const images = chainOf({ facts, pins: new Map([[PYTHON, PINNED]]), repository, tags: ['1.4'] });
    return images.filter(isAsked);
  }

  async function push(
    images: readonly Image[],
    { inEngine = true, signal }: { inEngine?: boolean; signal?: AbortSignal } = {},
  ): Promise<readonly EnsuredImage[]> {
    const engine = stubEngine({
      push: async (ref, options) => {
        pushed.push(ref);
        options.signal?.throwIfAborted();
        const image = images.find(({ refs }) => refs.includes(ref));
        if (image)
          server.addImage(pathOf(ref), tagOf(ref), { labels: image.labels, platform: image.platform });
      },
    });
    const ensured = images.map((image): EnsuredImage => {
      const { ref, refs, indexRefs, labels, platform } = image;
      const found = { id: digestOf(ref), refs, labels, platform, bytes: 1 };
      const unpushed = [...refs, ...indexRefs];
      const common = {
        image,
        verdict: 'present',
        reasons: [],
        missingRefs: [],
        unpushed,
        seconds: 0,
      } as const;
      return { ...common, ...(inEngine && { found }) };
    });
    const machine = { engine, env: {}, report: () => undefined, verbose: false, ...(signal && { signal }) };
    return pushMissing(ensured, { force: false }, machine, registriesOf({ env: { HOME: aFolder() } }));
  }

  it('gives it its names where they are, without sending it again', async () => {
    const images = imagesFor([AMD64]);
    const [{ inRegistry } = {}] = await push(images);
    for (const tag of ['cpu', '1.4-cpu']) {
      expect(named('vision/ml', tag)).toEqual(named('vision/tfod-tf', inRegistry?.digest ?? ''));
      expect(named('vision/tfod-tf', tag)).toBeUndefined();
    }
    expect(pushed).toEqual(images.map(({ ref }) => ref));
  });

  it('lets the engine know when it is to stop', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(push(imagesFor([AMD64]), { signal })).rejects.toThrow('enough');
    expect(pushed).toHaveLength(1);
  });

  it('puts an index over several platforms where the names are', async () => {
    const [amd, arm] = await push(imagesFor([AMD64, ARM64]));
    const index = JSON.parse(String(named('vision/ml', '1.4-cpu')?.bytes));
    expect(index.manifests.map(({ digest }: { digest: string }) => digest)).toEqual([
      amd?.inRegistry?.digest,
      arm?.inRegistry?.digest,
    ]);
    expect(pushed).toHaveLength(2);
  });

  it('names an index that the engine has pushed with all that it holds', async () => {
    const images = imagesFor([AMD64]);
    const [image] = images;
    const path = 'vision/tfod-tf';
    const digest = server.addImage(path, 'other', { labels: image?.labels ?? {} });
    const size = named(path, digest)?.bytes.length;
    const child = { mediaType: named(path, digest)?.mediaType, digest, size };
    const manifests = [{ ...child, platform: { os: 'linux', architecture: 'amd64' } }];
    const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
    server.addManifest(path, tagOf(image?.ref ?? ''), OCI_INDEX, text);
    await push(images, { inEngine: false });
    expect(named('vision/ml', 'cpu')?.bytes.toString()).toBe(text);
    expect(named('vision/ml', digest)).toEqual(named(path, digest));
  });

  describe('where the registry takes nothing over', () => {
    beforeEach(() => (server.refusesMounts = true));

    it('lets the engine send it', async () => {
      const images = imagesFor([AMD64]);
      const [{ inRegistry } = {}] = await push(images);
      expect(pushed).toEqual(images[0]?.refs.slice(0, 2));
      for (const tag of ['cpu', '1.4-cpu']) {
        expect(named('vision/ml', tag)).toEqual(named('vision/tfod-tf', inRegistry?.digest ?? ''));
      }
    });

    it('says so when the engine does not have it', async () => {
      const images = imagesFor([AMD64]);
      const [{ ref = '', labels = {} } = {}] = images;
      server.addImage('vision/tfod-tf', tagOf(ref), { labels });
      await expect(push(images, { inEngine: false })).rejects.toThrow(/MOUNT_REFUSED[^]*vision\/ml:cpu/);
    });
  });
});
