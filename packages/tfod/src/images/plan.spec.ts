import type { EngineImage } from '../engine/engine';
import { AMD64, ARM64, chainFacts, PINNED, PYTHON, type FactsOverrides } from '../testing/image-facts';
import { parseRepository } from '../values/image-ref';
import { chainOf } from './chain';
import type { Image } from './image';
import { keptName, type KeptRecords } from './kept-records';
import { keptRecord } from './records/kept-record';
import { isDone, planImages, type Plan } from './plan';

function chain(overrides: Readonly<Record<string, FactsOverrides>> = {}, repository = 'parking'): Image[] {
  return chainOf({
    facts: chainFacts(overrides),
    pins: new Map([[PYTHON, PINNED]]),
    repository: parseRepository(repository),
    tags: [],
  });
}

function inEngine(image: Image, overrides: Partial<EngineImage> = {}): EngineImage {
  const { labels, platform, refs } = image;
  return { id: `sha256:${image.name}`, refs, labels, platform, bytes: 1, ...overrides };
}

const NOTHING: KeptRecords = { last: {}, find: () => undefined };
const kept = (images: readonly Image[]): KeptRecords => ({
  last: Object.fromEntries(images.map((image) => [keptName(image), image.key])),
  find: (key) => images.filter((image) => image.key === key).map(keptRecord)[0],
});

const plan = (images: readonly Image[], present: readonly EngineImage[], before = NOTHING): Plan =>
  planImages({ images, present, kept: before, force: false });

const told = (planned: Plan) =>
  Object.fromEntries(planned.map(({ image, verdict, reasons }) => [image.name, [verdict, ...reasons]]));

describe('planImages', () => {
  it('builds all where there is nothing', () => {
    const planned = plan(chain(), []);
    expect(told(planned)).toEqual({
      base: ['build', 'never built here'],
      tf: ['build', 'never built here'],
      'service-cpu': ['build', 'never built here'],
    });
    expect(isDone(planned)).toBe(false);
  });

  it('does nothing where all is there', () => {
    const images = chain();
    const planned = plan(
      images,
      images.map((image) => inEngine(image)),
    );
    expect(told(planned)).toEqual({ base: ['present'], tf: ['present'], 'service-cpu': ['present'] });
    expect(isDone(planned)).toBe(true);
  });

  it('builds what a change reached, and says which file and how it came down the chain', () => {
    const before = chain();
    const present = before.map((image) => inEngine(image));
    const code = plan(chain({ 'service-cpu': { files: { 'src/a.py': '1' } } }), present, kept(before));
    expect(told(code)).toEqual({
      base: ['present'],
      tf: ['present'],
      'service-cpu': ['build', 'src/a.py added'],
    });
    const base = plan(chain({ base: { dockerfile: 'FROM scratch\nENV A=1\n' } }), present, kept(before));
    expect(told(base)).toEqual({
      base: ['build', 'docker/base.Dockerfile line 2 changed'],
      tf: ['build', 'base: docker/base.Dockerfile line 2 changed'],
      'service-cpu': ['build', 'tf ← base: docker/base.Dockerfile line 2 changed'],
    });
  });

  it('names the cause in a parent that another service has built already', () => {
    const before = chain();
    const after = chain({ base: { dockerfile: 'FROM scratch\nENV A=1\n' } });
    const present = after.filter(({ role }) => role !== 'service').map((image) => inEngine(image));
    expect(told(plan(after, present, kept(before)))['service-cpu']).toEqual([
      'build',
      'tf ← base: docker/base.Dockerfile line 2 changed',
    ]);
  });

  it('says that an image was removed', () => {
    const images = chain();
    const present = images.slice(0, 2).map((image) => inEngine(image));
    expect(told(plan(images, present, kept(images)))['service-cpu']).toEqual([
      'build',
      'the image was removed from the engine',
    ]);
  });

  it('does not build a parent that nothing needs', () => {
    const images = chain();
    const planned = plan(
      images,
      images.slice(1).map((image) => inEngine(image)),
    );
    expect(told(planned)).toEqual({
      tf: ['present', 'its base is not in the engine and nothing needs it'],
      'service-cpu': ['present'],
    });
    expect(isDone(planned)).toBe(true);
  });

  it('builds a missing parent that something needs', () => {
    const images = chain();
    expect(told(plan(images, [inEngine(images[0] as Image)]))).toMatchObject({
      base: ['present'],
      tf: ['build', expect.any(String)],
      'service-cpu': ['build', expect.any(String)],
    });
  });

  it('trusts no tag without the label', () => {
    const images = chain();
    const service = images.at(-1) as Image;
    const moved = inEngine(service, { labels: { ...service.labels, 'dev.tfod.key': 'ab'.repeat(32) } });
    const planned = plan(images, [...images.slice(0, 2).map((image) => inEngine(image)), moved]);
    expect(told(planned)['service-cpu']).toEqual(['build', `${service.ref} names another image`]);
  });

  it('trusts no label without a tag of ours: an image that stands on ours inherits the label', () => {
    const images = chain();
    const service = images.at(-1) as Image;
    const derived = inEngine(service, { id: 'sha256:derived', refs: ['mine:latest', 'parking:cpu'] });
    expect(told(plan(images, [derived]))['service-cpu']?.[0]).toBe('build');
    const planned = plan(images, [derived, inEngine(service)]);
    expect(planned.find(({ image }) => image === service)?.found?.id).toBe('sha256:service-cpu');
  });

  it('trusts no image of another platform', () => {
    const images = chain();
    const present = images.map((image) => inEngine(image, { platform: ARM64 }));
    expect(Object.values(told(plan(images, present))).map(([verdict]) => verdict)).toEqual([
      'build',
      'build',
      'build',
    ]);
    expect(AMD64).not.toBe(ARM64);
  });

  it('takes the image of another repository and gives it the names it lacks', () => {
    const others = chain({}, 'registry.example/fleet/other');
    const images = chain();
    const planned = plan(
      images,
      others.map((image) => inEngine(image)),
    );
    const [base, , service] = images as [Image, Image, Image];
    expect(planned.map(({ verdict, missingRefs }) => [verdict, missingRefs])).toEqual([
      ['present', base.refs],
      ['present', expect.any(Array)],
      ['present', service.refs],
    ]);
    expect(planned.at(-1)?.reasons).toEqual([`gets the name ${service.ref} and parking:cpu`]);
    expect(isDone(planned)).toBe(false);
  });

  it('takes an image that a killed build left under its temporary name', () => {
    const images = chain();
    const present = images.map((image) => inEngine(image, { refs: [`${image.ref}-tmp-0123abcd-77`] }));
    expect(plan(images, present).map(({ verdict }) => verdict)).toEqual(['present', 'present', 'present']);
  });

  it('builds all by force', () => {
    const images = chain();
    const planned = planImages({
      images,
      present: images.map((i) => inEngine(i)),
      kept: NOTHING,
      force: true,
    });
    expect(told(planned)).toEqual({
      base: ['build', 'forced'],
      tf: ['build', 'forced'],
      'service-cpu': ['build', 'forced'],
    });
  });
});
