import { join } from 'node:path';
import { writeFileAtomic } from '../../files/atomic-write';
import type { Registries, RepositoryInRegistry } from '../../registry/registry';
import { parseImageRef } from '../../values/image-ref';
import { TfodError } from '../../values/tfod-error';
import { mountContent, mountRefused } from '../look-up/mount-content';
import { tagOf } from '../look-up/sight';
import type { NameToGive } from './plan-promotion';
import { formatPromotion, promotionPath, type PromotedName, type Promotion } from './promotion';

/** Gives the names: the same bytes under another tag, so that the digest stays. An index comes after its images. */
export async function promote(
  names: readonly NameToGive[],
  registries: Registries,
  report: (line: string) => void,
): Promise<readonly PromotedName[]> {
  for (const { name, manifest } of names.filter((each) => each.name.verdict === 'put')) {
    report(`naming ${name.ref}`);
    const repository = registries.open(parseImageRef(name.ref).repository, 'push');
    await bring({ name, manifest }, repository, registries);
    await repository.put(tagOf(name.ref), manifest);
    const there = await repository.head(tagOf(name.ref));
    if (there?.digest !== name.digest) throw notPromoted(name, there?.digest);
  }
  return names.map(({ name }) => name);
}

/** The names of a runtime are in a repository of their own, and its images in another. */
async function bring(
  { name, manifest }: NameToGive,
  repository: RepositoryInRegistry,
  registries: Registries,
): Promise<void> {
  const [image = name.ref] = name.from;
  const source = registries.open(parseImageRef(image).repository, 'push');
  if (!(await mountContent(manifest, source, repository))) throw mountRefused(name.ref, image);
}

/** Whole, last. */
export async function writePromotion(
  workspaceRoot: string,
  projectRoot: string,
  promotion: Promotion,
): Promise<void> {
  await writeFileAtomic(join(workspaceRoot, promotionPath(projectRoot)), formatPromotion(promotion));
}

function notPromoted({ ref, digest }: PromotedName, found: string | undefined): TfodError {
  return new TfodError({
    code: 'RELEASE_NOT_VERIFIED',
    what: `${ref} does not name the image that was put there`,
    where: ref,
    expected: digest,
    found: found ?? 'nothing',
    remedy: 'run promote again; somebody else may write to this tag',
  });
}
