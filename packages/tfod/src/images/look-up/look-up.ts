import type { EngineImage } from '../../engine/engine';
import type { Registries, RepositoryInRegistry } from '../../registry/registry';
import { isRegistryProblem } from '../../registry/registry-problems';
import type { Digest } from '../../values/digest';
import { namesRegistry, parseImageRef, splitRepository } from '../../values/image-ref';
import type { TfodError } from '../../values/tfod-error';
import type { Image } from '../image';
import { findImage, isAsked, isForced } from '../plan';
import { Problems } from '../problems';
import { canBePushed, imageRepository } from '../repository';
import type { ImagesRequest } from '../request';
import { NOTHING_SEEN, type RegistryImage, type RegistryView } from './registry-view';
import { tagOf, verify } from './sight';

export interface LookUp {
  /** Parents before children. */
  readonly images: readonly Image[];
  /** All images of the engine that bear our label. */
  readonly present: readonly EngineImage[];
  readonly request: Pick<ImagesRequest, 'service' | 'registry' | 'force' | 'push'>;
  readonly registries: Registries;
  readonly report: (line: string) => void;
}

/**
 * Asks the registries for what the engine does not have and, when images are to be pushed, for what they have of
 * these: one HEAD for each name, all at once; no request when all is there. A tag that is there is believed only
 * when what it names was read and verified, children first, so that no parent is read which nothing needs. A registry
 * that cannot be asked has nothing, which is reported; when images are to be pushed there, it is an error.
 */
export async function lookUp(asked: LookUp): Promise<RegistryView> {
  const wanted = wantedImages(asked);
  if (wanted.length === 0) return NOTHING_SEEN;
  const view = new View(asked);
  await view.askFor(new Set(wanted.flatMap((image) => namesOf(image, asked.request))));
  await view.verify(wanted);
  view.tellProblems();
  return view;
}

/** Those that may have to come from a registry, and those that may have to go there. */
function wantedImages({ images, present, request }: LookUp): readonly Image[] {
  const isAbsent = (image: Image): boolean => isForced(image, request) || !findImage(image, present);
  const reached = new Set(images.filter(isAsked).map(({ name }) => name));
  for (const image of [...images].reverse()) {
    if (reached.has(image.name) && isAbsent(image)) {
      Object.values(image.parents).forEach((parent) => reached.add(parent));
    }
  }
  const mayCome = (image: Image): boolean =>
    reached.has(image.name) && isAbsent(image) && !isForced(image, request);
  const mayGo = ({ facts }: Image): boolean => request.push && !facts.other;
  return images.filter((image) => (namesItsRegistry(image, request) && mayCome(image)) || mayGo(image));
}

/** `account/parking` is often a name and no more, so Docker Hub is asked where it is written, or pushed to. */
function namesItsRegistry({ facts }: Image, { service, registry, push }: LookUp['request']): boolean {
  const { image } = facts.runtime ?? facts.other ?? service;
  const written = imageRepository(image, registry);
  return namesRegistry(written) || (push && canBePushed(written));
}

function namesOf(image: Image, { push }: LookUp['request']): readonly string[] {
  return push && !image.facts.other ? [...image.refs, ...image.indexRefs] : [image.ref];
}

class View implements RegistryView {
  readonly images = new Map<string, RegistryImage>();
  readonly digests = new Map<string, Digest>();
  /** By the name of the registry. */
  readonly #silent = new Map<string, TfodError>();

  constructor(private readonly asked: LookUp) {}

  async askFor(refs: ReadonlySet<string>): Promise<void> {
    await Promise.all(
      [...refs].map((ref) =>
        this.#attempt(ref, async (repository) => {
          const head = await repository.head(tagOf(ref));
          if (head) this.digests.set(ref, head.digest);
        }),
      ),
    );
  }

  /** Level by level: the parents of an image count only when it is not there itself. */
  async verify(wanted: readonly Image[]): Promise<void> {
    const { request } = this.asked;
    const open = new Set(wanted.filter((image) => isAsked(image) || request.push));
    const done = new Set<Image>();
    while (open.size > 0) {
      const level = [...open];
      await Promise.all(level.map((image) => this.#verify(image)));
      level.forEach((image) => done.add(image) && open.delete(image));
      const missing = level.filter(({ name }) => !this.images.has(name));
      const parents = new Set(missing.flatMap((image) => Object.values(image.parents)));
      wanted
        .filter((image) => parents.has(image.name) && !done.has(image))
        .forEach((image) => open.add(image));
    }
  }

  tellProblems(): void {
    const problems = new Problems();
    for (const error of this.#silent.values()) problems.add(...error.problems);
    if (this.asked.request.push) problems.throwAny();
    for (const [registry, { problems }] of this.#silent) {
      const [first] = problems;
      const why = [first?.what, first?.found].filter(Boolean).join(': ');
      this.asked.report(`warning: ${registry} is not asked for images, they are built here (${why})`);
    }
  }

  async #verify(image: Image): Promise<void> {
    const digest = this.digests.get(image.ref);
    if (digest === undefined || isForced(image, this.asked.request)) return;
    await this.#attempt(image.ref, async (repository) => {
      const found = await verify(image, digest, repository);
      if (found) this.images.set(image.name, found);
    });
  }

  async #attempt(ref: string, ask: (repository: RepositoryInRegistry) => Promise<void>): Promise<void> {
    const { repository } = parseImageRef(ref);
    const { registry } = splitRepository(repository);
    if (this.#silent.has(registry)) return;
    try {
      await ask(this.asked.registries.open(repository, this.asked.request.push ? 'push' : 'pull'));
    } catch (error) {
      if (!isRegistryProblem(error)) throw error;
      this.#silent.set(registry, error);
    }
  }
}
