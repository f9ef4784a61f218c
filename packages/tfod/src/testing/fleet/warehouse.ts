import type { BuildEvent, BuildOutcome, BuildRequest, Engine, EngineImage } from '../../engine/engine';
import { contentId, type Content } from './content';
import type { Keeper } from './keeper';
import { observed } from './observed';

/** The engine went away in the middle of what it was asked to do. */
export class EngineGone extends Error {}

/**
 * Stands between the product and an engine: it looks at what every builder is handed, knows by that what each image
 * was made from, and can go away at any call. Nothing that is asked of it after that is done, as if everybody who
 * could ask had been killed.
 */
export class Warehouse {
  /** The ids of the contents that were built since this was last emptied. */
  readonly built: string[] = [];
  /** All contents that were ever built. */
  readonly contents = new Map<string, Content>();
  /** The ids of the contents by the ids of the images. */
  readonly #contents = new Map<string, string>();
  readonly #byKey = new Map<string, string>();
  #callsLeft = Infinity;

  constructor(
    private readonly inner: Engine,
    readonly keeper: Keeper,
  ) {}

  readonly engine: Engine = new Proxy({} as Engine, {
    get: (_, name: keyof Engine) => {
      if (name === 'build') return this.#build.bind(this);
      const method = this.inner[name];
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]): Promise<unknown> => {
        this.call();
        return (method as (...args: unknown[]) => unknown).apply(this.inner, args);
      };
    },
  });

  goAwayAfter(calls: number): void {
    this.#callsLeft = calls;
  }

  comeBack(): void {
    this.#callsLeft = Infinity;
  }

  /** Counts down to the end; throws EngineGone. */
  call(): void {
    if (this.#callsLeft <= 0) throw new EngineGone('the engine went away');
    this.#callsLeft -= 1;
  }

  contentOfImage(id: string): string | undefined {
    return this.#contents.get(id);
  }

  /** What the images of a key have been made from so far. */
  contentOfKey(key: string): Content | undefined {
    return this.contents.get(this.#byKey.get(key) ?? '');
  }

  /** Whether an image with this content is there under a name that only the product gives. */
  has(content: string): boolean {
    return this.keeper
      .images()
      .some((image) => this.#contents.get(image.id) === content && ownNames(image).length > 0);
  }

  /** Names that say a key and stand for an image that does not bear it. */
  lies(): readonly string[] {
    return this.keeper
      .images()
      .flatMap((image) => image.refs.filter((ref) => isKeyName(ref) && !ownNames(image).includes(ref)));
  }

  async #build(request: BuildRequest, on: (event: BuildEvent) => void): Promise<BuildOutcome> {
    this.call();
    const seen = this.#look(request);
    try {
      return await this.inner.build(request, on);
    } finally {
      await this.keeper.refresh();
      for (const target of request.targets) {
        const image = this.keeper.images().find(({ refs }) => refs.includes(target.refs[0] ?? ''));
        const content = seen.get(target.name);
        if (image && content) this.#record(image, target.labels['dev.tfod.key'] ?? '', content);
      }
    }
  }

  /** Before anything is built: afterwards, what the builder was handed is gone. */
  #look({ targets, wanted }: BuildRequest): ReadonlyMap<string, Content> {
    const seen = new Map<string, Content>();
    const idOf = (name: string): string | undefined => {
      const target = seen.get(name);
      if (target) return contentId(target);
      const image = this.keeper.images().find(({ id, refs }) => id === name || refs.includes(name));
      return image && this.#contents.get(image.id);
    };
    for (const target of targets) {
      if (wanted.includes(target.name)) seen.set(target.name, observed(target, idOf));
    }
    return seen;
  }

  #record(image: EngineImage, key: string, content: Content): void {
    const id = contentId(content);
    this.contents.set(id, content);
    this.#contents.set(image.id, id);
    this.#byKey.set(key, id);
    this.built.push(id);
  }
}

/** The names of an image that carry the key in its label. */
export function ownNames({ refs, labels }: EngineImage): string[] {
  const tag = `k-${labels['dev.tfod.key']?.slice(0, 32) ?? ''}`;
  return refs.filter((ref) => ref.slice(ref.lastIndexOf(':') + 1).startsWith(tag));
}

export function isKeyName(ref: string): boolean {
  return /:k-[0-9a-f]{32}$/.test(ref);
}
