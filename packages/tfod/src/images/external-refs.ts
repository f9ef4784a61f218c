import { parseDockerfile } from '../dockerfile/parse';
import { sourcesOf } from '../dockerfile/sources';
import { parseImageRef } from '../values/image-ref';
import { parsePlatform } from '../values/platform';
import { TfodError } from '../values/tfod-error';
import { argsFor } from './build-args';
import { classify } from './externals';
import type { ProjectRoots } from './projects';
import type { Link } from './role';
import { RUNTIME_WHEEL } from './runtime-wheel';

/** A tag has one digest for all platforms, so that any platform finds the refs. */
const ANY_PLATFORM = parsePlatform('linux/amd64');

export interface DockerfileOfLink {
  readonly text: string;
  /** For messages. */
  readonly path: string;
  readonly link: Link;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** The names of the Nx projects. */
  readonly projects: Pick<ProjectRoots, 'has'>;
}

/** The images that a Dockerfile takes from elsewhere and that need a pin. Throws a TfodError with every problem. */
export function externalRefs({ text, path, link, buildArgs, projects }: DockerfileOfLink): string[] {
  const parsed = parseDockerfile(text, path);
  const inputs = sourcesOf(parsed, { buildArgs: argsFor(parsed, buildArgs), platform: ANY_PLATFORM });
  const { images, problems } = classify(inputs.externals, link, { folders: [RUNTIME_WHEEL], projects }, path);
  const all = [...inputs.problems, ...problems];
  if (all.length > 0) throw new TfodError(all);
  return images.filter((image) => parseImageRef(image).digest === undefined);
}
