import type { Problem } from '../values/tfod-error';
import type { NotBuilt } from './build-in-parts';
import type { Image } from './image';

const DISK_FULL = /no space left on device|disk quota exceeded/i;

/** An image that is not there, as a problem. */
export function notBuiltProblem({ name, facts }: Image, why: NotBuilt): Problem {
  if ('parent' in why) {
    return {
      code: 'IMAGE_SKIPPED',
      what: `${name} was not built, because ${why.parent} could not be`,
      where: facts.dockerfile.path,
      remedy: `mend ${why.parent} first`,
    };
  }
  const { step, error, tail } = why.failure;
  const full = [error, ...tail].some((line) => DISK_FULL.test(line));
  return {
    code: full ? 'DISK_FULL' : 'IMAGE_BUILD_FAILED',
    what: full ? `The disk is full: ${name} was not built` : `${name} could not be built`,
    where: facts.dockerfile.path + (step === '' ? '' : `, step ${step}`),
    found: error,
    remedy: full
      ? 'free space (`docker system df` shows where it went), then run docker-build again'
      : 'the lines above are the last that the step printed; --verbose prints all',
  };
}
