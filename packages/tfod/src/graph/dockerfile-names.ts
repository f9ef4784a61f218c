import { argsInFroms } from '../dockerfile/args';
import type { Dockerfile } from '../dockerfile/dockerfile';
import { parseDockerfile } from '../dockerfile/parse';
import { skeletonOf } from '../dockerfile/skeleton';
import { sourcesOf } from '../dockerfile/sources';
import { parsePlatform, type Platform } from '../values/platform';
import { Memory } from './memory';

type BuildArgs = Readonly<Record<string, string>>;

/** Those that images are made for; a FROM may name one thing for each. */
const PLATFORMS = ['linux/amd64', 'linux/arm64'].map(parsePlatform);

const decidingBySkeleton = new Memory<readonly string[]>();
const namesByChoice = new Memory<readonly string[]>();

/**
 * The names in a Dockerfile that are no stages of it, with any of the sets of build arguments that `given` tells, which is asked
 * only where they decide. A file with a fault names nothing.
 */
export function namesIn(text: string, path: string, given: () => readonly BuildArgs[]): readonly string[] {
  const skeleton = skeletonOf(text);
  let parsed: Dockerfile | undefined;
  const dockerfile = (): Dockerfile => (parsed ??= parseDockerfile(text, path));
  const namesWith = (choice: Choice): readonly string[] =>
    namesByChoice.of(JSON.stringify([skeleton, choice]), () => sourcesOf(dockerfile(), choice).externals);
  try {
    const deciding = decidingBySkeleton.of(skeleton, () => [...argsInFroms(dockerfile())]);
    return [...new Set(choicesAmong(deciding, given).flatMap(namesWith))];
  } catch {
    return [];
  }
}

interface Choice {
  readonly buildArgs: BuildArgs;
  readonly platform: Platform;
}

/** The choices that make a difference. */
function choicesAmong(deciding: readonly string[], given: () => readonly BuildArgs[]): readonly Choice[] {
  const sets = deciding.length === 0 ? [{}] : given().map((args) => only(deciding, args));
  const platforms = deciding.some((name) => name.startsWith('TARGET')) ? PLATFORMS : PLATFORMS.slice(0, 1);
  return sets.flatMap((buildArgs) => platforms.map((platform) => ({ buildArgs, platform })));
}

function only(names: readonly string[], args: BuildArgs): BuildArgs {
  return Object.fromEntries(Object.entries(args).filter(([name]) => names.includes(name)));
}
