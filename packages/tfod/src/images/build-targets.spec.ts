import type { EngineImage } from '../engine/engine';
import { AMD64, chainFacts, PINNED, PYTHON } from '../testing/image-facts';
import { digestOf } from '../values/digest';
import { parseRepository } from '../values/image-ref';
import { buildTarget, definitionsOf } from './build-targets';
import { chainOf } from './chain';
import type { RegistryImage } from './look-up/registry-view';
import { planImages } from './plan';

const REPOSITORY = parseRepository('registry.example/vision/parking');
const IMAGES = chainOf({
  facts: chainFacts(),
  pins: new Map([[PYTHON, PINNED]]),
  repository: REPOSITORY,
  tags: [],
});
const PLACES = { context: '/c', dockerfile: '/d', named: {} };
const MANIFEST = digestOf('manifest');

describe('the parents of an image that is built', () => {
  /** The service image is to be built; its runtime image is where the arguments say. */
  function parentsFor(seesImages: boolean, where: { engine?: true; registry?: true }) {
    const [base, tf] = IMAGES;
    if (!base || !tf) throw new Error('no chain');
    const manifest = { mediaType: 'm', digest: MANIFEST, size: 1 };
    const inRegistry: RegistryImage = {
      ref: tf.ref,
      digest: digestOf('index'),
      manifest,
      id: MANIFEST,
      bytes: 1,
    };
    const { refs, labels } = tf;
    const inEngine: EngineImage = { id: 'sha256:tf', refs, labels, platform: AMD64, bytes: 1 };
    const plan = planImages({
      images: IMAGES,
      present: where.engine ? [inEngine] : [],
      kept: { last: {}, find: () => undefined },
      seen: { images: new Map(where.registry ? [['tf', inRegistry]] : []), digests: new Map() },
      force: false,
    });
    const definitions = definitionsOf(plan, IMAGES, { name: 'b', seesImages });
    const service = definitions.find(({ name }) => name === 'service-cpu');
    if (!service) throw new Error('no service image');
    const choices = { plan, seesImages, refs: [] };
    const { contexts } = buildTarget(service, PLACES, choices);
    return { built: definitions.map(({ name }) => name), runtime: contexts['runtime'] };
  }
  const published = { from: 'image', ref: `registry.example/vision/tfod-tf@${MANIFEST}` };

  it('are taken from the engine by a builder that sees it', () => {
    const inEngine = { from: 'image', ref: IMAGES[1]?.ref };
    expect(parentsFor(true, { engine: true })).toEqual({ built: ['service-cpu'], runtime: inEngine });
    expect(parentsFor(true, { engine: true, registry: true }).runtime).toEqual(inEngine);
  });

  it('are taken from the registry by one that does not, by digest', () => {
    expect(parentsFor(false, { registry: true })).toEqual({ built: ['service-cpu'], runtime: published });
    expect(parentsFor(false, { engine: true, registry: true }).runtime).toEqual(published);
  });

  it('are built by one that does not, where the registry does not have them', () => {
    const target = { from: 'target', name: 'tf' };
    expect(parentsFor(false, { engine: true })).toEqual({
      built: ['base', 'tf', 'service-cpu'],
      runtime: target,
    });
  });
});

it('hands its caches to an image', () => {
  const plan = planImages({
    images: IMAGES,
    present: [],
    kept: { last: {}, find: () => undefined },
    force: false,
  });
  const [image] = IMAGES;
  if (!image) throw new Error('no image');
  const caches = { from: ['type=registry,ref=c:base'], to: ['type=inline'] };
  const choices = { plan: plan.map((each) => ({ ...each, caches })), seesImages: true, refs: [] };
  expect(buildTarget(image, PLACES, choices)).toMatchObject({
    cacheFrom: caches.from,
    cacheTo: caches.to,
  });
});
