import { parseDigest, type Digest } from '../values/digest';
import { fullName, parseImageRef } from '../values/image-ref';
import { platformOf } from './detect-engine';
import type { EngineImage } from './engine';

/** What `docker image inspect --format '{{json .}}'` prints: one JSON document a line. */
export function readImages(stdout: string): EngineImage[] {
  return stdout.split('\n').filter(Boolean).map(readImage);
}

function readImage(line: string): EngineImage {
  const image = JSON.parse(line) as InspectedImage;
  return {
    id: image.Id,
    refs: image.RepoTags ?? [],
    labels: image.Config?.Labels ?? {},
    platform: platformOf(image.Os, image.Architecture, image.Variant),
    bytes: image.Size,
  };
}

/** The ids of `docker image ls --quiet`, each once: it prints one for each tag. */
export function readIds(stdout: string): string[] {
  return [...new Set(stdout.split('\n').filter(Boolean))];
}

/** The names of each image by its id, from lines of an id and one name. */
export function readNames(stdout: string): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [id = '', ref = ''] = line.split(' ');
    const refs = names.get(id) ?? [];
    names.set(id, ref.includes('<none>') ? refs : [...refs, ref]);
  }
  return names;
}

/** The digest that an image was pulled by from the repository of a ref. */
export function readPulledDigest(stdout: string, ref: string): Digest | undefined {
  const { RepoDigests } = JSON.parse(stdout) as { RepoDigests?: string[] | null };
  const repository = fullName(parseImageRef(ref).repository);
  return (RepoDigests ?? []).map(parseImageRef).find((pulled) => fullName(pulled.repository) === repository)
    ?.digest;
}

/** The digest in what `docker buildx imagetools inspect --format '{{json .Manifest}}'` prints. */
export function readManifestDigest(stdout: string): Digest {
  return parseDigest(String((JSON.parse(stdout) as { digest?: unknown }).digest));
}

/** What Docker tells of an image, as far as it is read. */
export interface InspectedImage {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly Config?: { readonly Labels?: Readonly<Record<string, string>> | null } | null;
  readonly Os: string;
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Size: number;
}
