import type {
  BuildEvent,
  BuildOutcome,
  BuildRequest,
  BuildTarget,
  Engine,
  EngineImage,
} from '../engine/engine';
import { digestOf } from '../values/digest';
import { AMD64 } from './image-facts';
import { stubEngine } from './stub-engine';

/**
 * An engine that keeps its images in memory. What it builds is not looked at: an image is its labels. It can be
 * told to fail.
 */
export class FakeEngine {
  readonly builds: BuildRequest[] = [];
  /** Targets that cannot be built. */
  readonly broken = new Set<string>();
  seesImages = true;
  /** Called before anything is handed to a build. */
  beforeBuild: () => void = () => undefined;
  /** Called while a build runs. */
  duringBuild: (request: BuildRequest) => void | Promise<void> = () => undefined;
  /** What the engine says that it has built. */
  asBuilt: (image: EngineImage) => EngineImage = (image) => image;
  readonly #images = new Map<string, EngineImage>();

  readonly engine: Engine = stubEngine({
    open: async () => ({ version: '26.1.5', platform: AMD64 }),
    identity: async () => 'fake',
    openBuilder: async (name = 'default') => {
      this.beforeBuild();
      return { name, seesImages: this.seesImages };
    },
    imagesWithLabel: async (label) => [...this.#images.values()].filter(({ labels }) => label in labels),
    inspect: async (refs) =>
      [...this.#images.values()].filter((image) => refs.some((ref) => image.refs.includes(ref))),
    tag: async (image, ref) => this.#tag(image, ref),
    untag: async (ref) => this.untag(ref),
    build: (request, on) => this.#build(request, on),
  });

  images(): readonly EngineImage[] {
    return [...this.#images.values()];
  }

  /** Gives a name to an image, as anybody could. */
  tag(image: string, ref: string): void {
    this.#tag(image, ref);
  }

  /** Puts in an image that somebody else has made. */
  add(image: EngineImage): void {
    image.refs.forEach((ref) => this.untag(ref));
    this.#images.set(image.id, image);
  }

  refs(): string[] {
    return [...this.#images.values()].flatMap(({ refs }) => refs).sort();
  }

  /** Tags of ours whose image bears another key. */
  wrongNames(): string[] {
    return [...this.#images.values()].flatMap(({ refs, labels }) =>
      refs.filter((ref) => /:k-/.test(ref) && !ref.includes(`:k-${labels['dev.tfod.key']?.slice(0, 32)}`)),
    );
  }

  /** Removes a name, and with its last one the image. */
  untag(ref: string): void {
    for (const image of this.#images.values()) {
      const refs = image.refs.filter((each) => each !== ref);
      if (refs.length === image.refs.length) continue;
      if (refs.length === 0) this.#images.delete(image.id);
      else this.#images.set(image.id, { ...image, refs });
    }
  }

  #tag(image: string, ref: string): void {
    const found = [...this.#images.values()].find(({ id, refs }) => id === image || refs.includes(image));
    if (!found) throw new Error(`No such image: ${image}`);
    if (found.refs.includes(ref)) return;
    this.untag(ref);
    this.#images.set(found.id, { ...found, refs: [...found.refs, ref] });
  }

  /** An image by which the target is told to take what it stands on, and that is not there. */
  #missingParent({ contexts }: BuildTarget): string | undefined {
    const parents = Object.values(contexts).flatMap((each) => (each.from === 'image' ? [each.ref] : []));
    return parents.find((ref) => ref.includes(':k-') && !this.refs().includes(ref));
  }

  async #build(request: BuildRequest, on: (event: BuildEvent) => void): Promise<BuildOutcome> {
    this.builds.push(request);
    await this.duringBuild(request);
    request.signal?.throwIfAborted();
    for (const name of request.wanted) {
      const target = request.targets.find((each) => each.name === name);
      if (!target) throw new Error(`no target ${name}`);
      on({ type: 'started', target: name, step: '1/1 COPY a b' });
      const gone = this.#missingParent(target);
      if (gone !== undefined) return { ok: false, message: `${gone}: not found`, failures: new Map() };
      if (this.broken.has(name)) {
        const failure = { step: '1/1 COPY a b', error: 'no luck', tail: ['out of luck'] };
        on({ type: 'failed', target: name, failure });
        return { ok: false, message: 'ERROR', failures: new Map([[name, failure]]) };
      }
      on({ type: 'finished', target: name, step: '1/1 COPY a b', seconds: 0.1 });
      const id = digestOf(`${target.labels['dev.tfod.key']} ${this.builds.length}`);
      const { labels, platform } = target;
      this.#images.set(id, this.asBuilt({ id, refs: [], labels, platform, bytes: 1 }));
      for (const ref of target.refs) this.#tag(id, ref);
    }
    return { ok: true };
  }
}
