import { imageContent, indexEntries, type Manifest } from '../../registry/manifest';
import type { RepositoryInRegistry } from '../../registry/registry';
import { TfodError } from '../../values/tfod-error';

/**
 * Makes all that a manifest names known in another repository, so that the manifest can be put there with every digest
 * as it is; no byte of a layer moves. False where the registry refuses that.
 */
export async function mountContent(
  manifest: Manifest,
  from: RepositoryInRegistry,
  to: RepositoryInRegistry,
): Promise<boolean> {
  if (from.name === to.name) return true;
  for (const { digest } of indexEntries(manifest) ?? []) {
    if (await to.head(digest)) continue;
    const entry = await from.manifest(digest);
    if (entry === undefined) throw new Error(`${digest} is gone from ${from.name}`);
    if (!(await mountContent(entry, from, to))) return false;
    await to.put(digest, entry);
  }
  const content = imageContent(manifest);
  const blobs = content ? [content.config, ...content.layers] : [];
  const mounted = await Promise.all(blobs.map(({ digest }) => to.mount(digest, from.name)));
  return mounted.every(Boolean);
}

export function mountRefused(ref: string, image: string): TfodError {
  return new TfodError({
    code: 'MOUNT_REFUSED',
    what: `The registry does not let the image ${image} be known in another repository`,
    where: ref,
    expected: 'layers that are taken over from one repository to another',
    found: 'a registry that wants them sent again',
    remedy:
      'allow the mounting of blobs there, or run docker-build with --push and --tags where the engine has the image',
  });
}
