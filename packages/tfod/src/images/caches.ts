import { resolve } from 'node:path';
import type { TfodProject } from '../service/service';
import { namesRegistry, parseImageRef, splitRepository } from '../values/image-ref';
import type { Problem } from '../values/tfod-error';
import type { Image } from './image';
import { nameInProject } from './role';

/** Build caches that BuildKit reads from and writes to, each as buildx has them: `type=registry,ref=…`. */
export interface Caches {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export const NO_CACHES: Caches = { from: [], to: [] };

/** Stands for the name of the image: two images that write to one place lose the cache of the first. */
const IMAGE = '{image}';
const KINDS = ['registry', 'local', 'gha', 's3', 'azblob'];
/** Kept in the image itself, so there is only one for each anyway. */
const INLINE = 'inline';

/** The caches of one image; `asked` is the project whose plan it is in. */
export function cachesOf(image: CachedImage, asked: Maker, { from, to }: Caches): Caches {
  const named = (spec: string): string => spec.replaceAll(IMAGE, cacheName(image, asked));
  return { from: from.map(named), to: to.map(named) };
}

type Maker = Pick<TfodProject, 'name'>;
type CachedImage = Pick<Image, 'ref' | 'role' | 'variant' | 'platform'> & {
  readonly facts: { readonly other?: Maker; readonly runtime?: Maker };
};

/**
 * The same in every run, whatever the image is made from: `parking-cpu-linux-amd64`. Several projects may make an image of a
 * shared name, such as `tfod-base`, each its own; and what stands in the place of a slash, a mark tells apart.
 */
function cacheName({ ref, role, variant, platform, facts }: CachedImage, asked: Maker): string {
  const { repository } = parseImageRef(ref);
  const path = namesRegistry(repository) ? splitRepository(repository).path : repository;
  const maker = facts.runtime ?? facts.other ?? asked;
  const own = role === 'service' ? path : `${path}/${maker.name}`;
  const end = [...(variant === null ? [] : [variant]), ...platform.split('/')].join('-');
  return nameInProject(own, end).toLowerCase();
}

/**
 * Reads one of `--cacheFrom` or `--cacheTo`; a folder counts from the workspace root. A problem for what buildx would
 * refuse only after everything is staged, and for what several images would write over each other.
 */
export function parseCache(
  written: string,
  option: '--cacheFrom' | '--cacheTo',
  workspaceRoot: string,
): string | Problem {
  const fields = written.split(',').map((field) => field.split(/=(.*)/s));
  const kind = fields.find(([name]) => name === 'type')?.[1] ?? '';
  const malformed = (expected: string, found = written): Problem => ({
    code: 'CACHE_MALFORMED',
    what: 'This is no cache that a build could use',
    where: option,
    expected,
    found: JSON.stringify(found),
    remedy: 'write it as for docker buildx build --cache-from and --cache-to',
  });
  const kinds = option === '--cacheTo' ? [...KINDS, INLINE] : KINDS;
  if (!kinds.includes(kind) || fields.some(([name, value]) => !name || value === undefined)) {
    return malformed(`type=… and further fields NAME=VALUE; a type of ${kinds.join(', ')}`);
  }
  const place = { registry: 'ref', local: option === '--cacheTo' ? 'dest' : 'src' }[kind];
  if (place !== undefined && !fields.some(([name]) => name === place)) {
    return malformed(`type=${kind},${place}=…`);
  }
  if (option === '--cacheTo' && kind !== INLINE && !written.includes(IMAGE)) {
    return malformed(`${IMAGE} in it, which stands for the name of each image, such as cache:${IMAGE}`);
  }
  const isFolder = (name?: string): boolean => kind === 'local' && name === place;
  return fields
    .map(([name, value = '']) => `${name}=${isFolder(name) ? resolve(workspaceRoot, value) : value}`)
    .join(',');
}
