import type { StepFailure } from '../engine/engine';
import type { Problem } from '../values/tfod-error';
import type { NotBuilt } from './build-in-parts';
import type { ImageFacts } from './facts';
import type { Image } from './image';

/** The code of an image that is not built for the sake of another one. */
export const SKIPPED = 'IMAGE_SKIPPED';

const DISK_FULL = /no space left on device|disk quota exceeded/i;

/** An image that is not there, as problems. */
export function notBuiltProblems({ name, facts }: Image, why: NotBuilt): readonly Problem[] {
  if ('problems' in why) return why.problems;
  return ['parent' in why ? skipped(name, why.parent, facts) : stepFailed(name, why.failure, facts)];
}

function skipped(name: string, parent: string, { dockerfile }: ImageFacts): Problem {
  return {
    code: SKIPPED,
    what: `${name} was not built, because ${parent} could not be`,
    where: dockerfile.path,
    remedy: `mend ${parent} first`,
  };
}

function stepFailed(name: string, { step, error, tail }: StepFailure, { dockerfile }: ImageFacts): Problem {
  const full = [error, ...tail].some((line) => DISK_FULL.test(line));
  return {
    code: full ? 'DISK_FULL' : 'IMAGE_BUILD_FAILED',
    what: full ? `The disk is full: ${name} was not built` : `${name} could not be built`,
    where: dockerfile.path + (step === '' ? '' : `, step ${step}`),
    found: error,
    remedy: full
      ? 'free space (`docker system df` shows where it went), then run docker-build again'
      : 'the lines above are the last that the step printed; --verbose prints all',
  };
}
