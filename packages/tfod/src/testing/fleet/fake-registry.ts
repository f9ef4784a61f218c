import type { EngineImage } from '../../engine/engine';
import type { ImageContent, Manifest } from '../../registry/manifest';
import type { Registries, RepositoryInRegistry } from '../../registry/registry';
import { digestOf, type Digest } from '../../values/digest';
import type { Random } from './random';
import { ownNames } from './warehouse';

/** What is looked for is what was pushed last, as a rule. */
const LAST = 8;

const IMAGE = 'application/vnd.oci.image.manifest.v1+json';

/** All registries that there are, in memory: a name for each image that somebody has pushed. */
export class FakeRegistry {
  readonly #tags = new Map<string, EngineImage>();
  /** Nothing that was ever pushed is forgotten: a name goes, its blobs stay. */
  readonly #images = new Map<Digest, EngineImage>();

  readonly registries: Registries = { open: (repository) => this.#repository(repository) };

  /** Pushes these images as another machine would: each under its names with keys. */
  publish(images: readonly EngineImage[]): void {
    for (const image of images) {
      for (const ref of ownNames(image).filter(isInRegistry)) this.#put(ref, image);
    }
  }

  /** What a name with a digest names. */
  imageOf(ref: string): EngineImage | undefined {
    return this.#images.get(ref.slice(ref.indexOf('@') + 1) as Digest);
  }

  /** The images that stand in a repository under a name that carries their key. */
  imagesIn(repository: string): readonly EngineImage[] {
    return [...this.#tags].flatMap(([ref, image]) =>
      ref.startsWith(`${repository}:`) && ownNames({ ...image, refs: [ref] }).length > 0 ? [image] : [],
    );
  }

  /** Takes away one of the names that came last. */
  drop(random: Random): boolean {
    const ref = random.pick([...this.#tags.keys()].slice(-LAST));
    return ref !== undefined && this.#tags.delete(ref);
  }

  /** Gives a name to something else: an image of a stranger or another one of ours. */
  overwrite(random: Random): boolean {
    const ref = random.pick([...this.#tags.keys()].slice(-LAST));
    const other = random.pick([...this.#tags.values()]);
    if (ref === undefined || other === undefined) return false;
    this.#put(
      ref,
      random.oneIn(2) ? other : { ...other, id: `sha256:stranger-${random.word()}`, labels: {} },
    );
    return true;
  }

  #put(ref: string, image: EngineImage): void {
    this.#tags.set(ref, image);
    this.#images.set(manifestOf(image).digest, image);
  }

  #repository(name: RepositoryInRegistry['name']): RepositoryInRegistry {
    const find = (reference: string): EngineImage | undefined =>
      this.#tags.get(`${name}:${reference}`) ?? this.#images.get(reference as Digest);
    const refuse = async (): Promise<never> => {
      throw new Error('the product pushes nothing here');
    };
    return {
      name,
      head: async (tag) => {
        const image = this.#tags.get(`${name}:${tag}`);
        return image && descriptorOf(manifestOf(image));
      },
      manifest: async (reference) => {
        const image = find(reference);
        return image && manifestOf(image);
      },
      config: async ({ config }: ImageContent) =>
        [...this.#images.values()].find((image) => configDigest(image) === config.digest),
      put: refuse,
      mount: refuse,
      checkPush: refuse,
    };
  }
}

function isInRegistry(ref: string): boolean {
  return /^[^/]*[.:]/.test(ref.slice(0, ref.lastIndexOf(':')));
}

function manifestOf(image: EngineImage): Manifest {
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: configDigest(image),
    size: 1,
  };
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: IMAGE, config, layers: [] }));
  return { mediaType: IMAGE, bytes, digest: digestOf(bytes) };
}

function configDigest({ id, labels, platform }: EngineImage): Digest {
  return digestOf(JSON.stringify([id, labels, platform]));
}

function descriptorOf({ mediaType, digest, bytes }: Manifest) {
  return { mediaType, digest, size: bytes.length };
}
