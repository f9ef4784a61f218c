import type { Manifest } from '../../registry/manifest';
import type { Registries, RepositoryInRegistry } from '../../registry/registry';
import { parseImageRef } from '../../values/image-ref';
import { TfodError } from '../../values/tfod-error';
import type { Image } from '../image';
import type { Plan } from '../plan';
import { Problems } from '../problems';
import type { EnsuredImage } from '../receipt';
import type { ImagesRequest, Machine } from '../request';
import { indexOver } from './index-over';
import { mountContent, mountRefused } from './mount-content';
import type { RegistryImage } from './registry-view';
import { sight, tagOf } from './sight';
import { transferOptions } from './transfer-options';

/**
 * Puts into the registry what it does not have: each image once, under the tag of its key, and then the same manifest
 * under its other names. It is asked again before: an image that another machine has pushed meanwhile is kept.
 */
export async function pushMissing(
  ensured: readonly EnsuredImage[],
  { force }: Pick<ImagesRequest, 'force'>,
  machine: Machine,
  registries: Registries,
): Promise<readonly EnsuredImage[]> {
  const pushed: EnsuredImage[] = [];
  for (const each of ensured) {
    if (each.unpushed.length === 0) {
      pushed.push(each);
      continue;
    }
    const { repository: name } = parseImageRef(each.image.ref);
    const repository = registries.open(name, 'push');
    const isKept = !(force && each.verdict === 'build');
    const inRegistry =
      (isKept ? await sight(each.image, repository) : undefined) ??
      (await push(each.image, repository, machine));
    await nameAll(each, inRegistry, machine, registries);
    pushed.push({ ...each, inRegistry });
  }
  await nameIndexes(pushed, machine, registries);
  return pushed;
}

/** Rejects with every repository that something would go to and that this user may not push to; sends nothing. */
export async function checkPushes(plan: Plan, registries: Registries): Promise<void> {
  const refs = plan.flatMap(({ unpushed }) => unpushed);
  const names = new Set(refs.map((ref) => parseImageRef(ref).repository));
  const problems = new Problems();
  await Promise.all(
    [...names].map((name) => problems.attempt(() => registries.open(name, 'push').checkPush())),
  );
  problems.throwAny();
}

/** What all platforms together are called, when each of them is there. */
async function nameIndexes(
  pushed: readonly EnsuredImage[],
  { report }: Machine,
  registries: Registries,
): Promise<void> {
  const images = pushed.map(({ image }) => image);
  const named = new Set<string>();
  for (const { image, unpushed } of pushed) {
    const index = indexOver(
      image,
      images,
      ({ name }) => pushed.find((each) => each.image.name === name)?.inRegistry,
    );
    for (const ref of image.indexRefs.filter(
      (each) => index && unpushed.includes(each) && !named.has(each),
    )) {
      named.add(ref);
      // Its images have names there, so they are there.
      if (index) await nameIt(ref, index, { report, registries });
    }
  }
}

interface Naming {
  readonly report: (line: string) => void;
  readonly registries: Registries;
  /** Brings what the manifest names into the repository of the ref. */
  readonly bring?: (repository: RepositoryInRegistry) => Promise<void>;
}

async function nameIt(ref: string, manifest: Manifest, { report, registries, bring }: Naming): Promise<void> {
  const repository = registries.open(parseImageRef(ref).repository, 'push');
  if ((await repository.head(tagOf(ref)))?.digest === manifest.digest) return;
  report(`naming ${ref}`);
  await bring?.(repository);
  await repository.put(tagOf(ref), manifest);
}

/** Pushes by the engine, and reads back what came. */
async function push(
  image: Image,
  repository: RepositoryInRegistry,
  machine: Machine,
): Promise<RegistryImage> {
  machine.report(`pushing ${image.ref}`);
  await machine.engine.push(image.ref, transferOptions(machine));
  const found = await sight(image, repository);
  if (found) return found;
  throw new TfodError({
    code: 'PUSH_NOT_VERIFIED',
    what: `The registry does not have the image ${image.name} that was pushed`,
    where: image.ref,
    expected: `an image with the key ${image.key}`,
    found: 'another, or none',
    remedy: 'run docker-build again; somebody else may write to this tag, which tfod alone should do',
  });
}

/**
 * The names for people; each of them may have meant another image until now. Those of a runtime are in a repository of
 * their own; where the registry moves nothing there by itself, the engine sends it.
 */
async function nameAll(
  { image, unpushed, found }: EnsuredImage,
  { digest }: RegistryImage,
  machine: Machine,
  registries: Registries,
): Promise<void> {
  const refs = unpushed.filter((each) => each !== image.ref && image.refs.includes(each));
  if (refs.length === 0) return;
  const source = registries.open(parseImageRef(image.ref).repository, 'push');
  const manifest = await source.manifest(digest);
  if (manifest === undefined) throw new Error(`${digest} is gone from ${source.name}`);
  for (const ref of refs) {
    const bring = async (repository: RepositoryInRegistry): Promise<void> => {
      if (await mountContent(manifest, source, repository)) return;
      if (found === undefined) throw mountRefused(ref, image.ref);
      await machine.engine.push(ref, transferOptions(machine));
    };
    await nameIt(ref, manifest, { report: machine.report, registries, bring });
  }
}
