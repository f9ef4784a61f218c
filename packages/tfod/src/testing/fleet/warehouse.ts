import type { BuildTarget, Engine, EngineImage } from '../../engine/engine';
import { FakeEngine } from '../fake-engine';
import { contentId, type Content } from './content';
import { observed } from './observed';

/** The engine went away in the middle of what it was asked to do. */
export class EngineGone extends Error {}

/**
 * An engine whose images are what their builder could see, and which can go away at any call: nothing that is
 * asked of it after that is done, as if everybody who could ask had been killed.
 */
export class Warehouse {
  readonly fake = new FakeEngine();
  /** The contents that were built since this was last emptied. */
  readonly built: string[] = [];
  /** All contents that were ever built. */
  readonly contents = new Map<string, Content>();
  /** The ids of the contents by the ids of the images. */
  readonly #contents = new Map<string, string>();
  readonly #byKey = new Map<string, string>();
  #callsLeft = Infinity;

  constructor() {
    this.fake.asBuilt = (image, target) => {
      this.#call();
      const content = this.#contentOf(target);
      const id = contentId(content);
      this.contents.set(id, content);
      this.#contents.set(image.id, id);
      this.#byKey.set(target.labels['dev.tfod.key'] ?? '', id);
      this.built.push(id);
      return image;
    };
  }

  readonly engine: Engine = new Proxy(this.fake.engine, {
    get: (engine, name: keyof Engine) => {
      const method = engine[name];
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]): Promise<unknown> => {
        this.#call();
        return (method as (...args: unknown[]) => unknown)(...args);
      };
    },
  });

  goAwayAfter(calls: number): void {
    this.#callsLeft = calls;
  }

  comeBack(): void {
    this.#callsLeft = Infinity;
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
    return this.fake
      .images()
      .some((image) => this.#contents.get(image.id) === content && ownNames(image).length > 0);
  }

  /** Names that say a key and stand for an image that does not bear it. */
  lies(): readonly string[] {
    return this.fake
      .images()
      .flatMap((image) => image.refs.filter((ref) => isKeyName(ref) && !ownNames(image).includes(ref)));
  }

  #call(): void {
    if (this.#callsLeft <= 0) throw new EngineGone('the engine went away');
    this.#callsLeft -= 1;
  }

  #contentOf(target: BuildTarget): Content {
    const named = (name: string): string | undefined => {
      const ref = this.fake.builds.at(-1)?.targets.find((each) => each.name === name)?.refs[0] ?? name;
      const image = this.fake.images().find(({ id, refs }) => id === ref || refs.includes(ref));
      return image && this.#contents.get(image.id);
    };
    return observed(target, named);
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
