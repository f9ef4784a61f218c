import { argsOfLastStage } from '../dockerfile/args';
import type { Dockerfile } from '../dockerfile/dockerfile';
import { TfodError, type Problem } from '../values/tfod-error';

/** Docker takes these without a declaration, and leaves them out of its own cache keys. */
const PROXIES = /^(https?|ftp|no|all)_proxy$/i;

/** The given arguments that reach a Dockerfile: those it declares, and the proxies. */
export function argsFor(
  dockerfile: Dockerfile,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const declared = argsOfLastStage(dockerfile);
  return Object.fromEntries(
    Object.entries(given).filter(([name]) => declared.has(name) || PROXIES.test(name)),
  );
}

/** The arguments that no Dockerfile would ever see. */
export function unknownArgs(
  dockerfiles: readonly Dockerfile[],
  given: Readonly<Record<string, string>>,
): readonly Problem[] {
  const reached = new Set(dockerfiles.flatMap((dockerfile) => Object.keys(argsFor(dockerfile, given))));
  return Object.keys(given)
    .filter((name) => !reached.has(name))
    .map((name) => ({
      code: 'BUILD_ARG_UNKNOWN',
      what: `No Dockerfile of the service declares the build argument ${name}`,
      where: '--buildArgs',
      expected: `a line ARG ${name} in one of ${dockerfiles.map(({ path }) => path).join(', ')}`,
      found: 'none',
      remedy: 'declare it where it is used, or leave it out',
    }));
}

/**
 * Reads the option, an object or a list of NAME=VALUE; throws a TfodError with all that is wrong in it. Nx parts a list at
 * each comma: a piece that names no variable belongs to the value before it.
 */
export function parseBuildArgs(written: object | readonly string[]): Readonly<Record<string, string>> {
  if (!Array.isArray(written)) {
    return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, String(value)]));
  }
  const texts = written.length === 0 ? [] : written.join(',').split(/,(?=[A-Za-z_]\w*=)/);
  const wrong = texts.filter((text) => !/^[A-Za-z_]\w*=/.test(text));
  if (wrong.length > 0) {
    throw new TfodError(
      wrong.map((text) => ({
        code: 'BUILD_ARG_MALFORMED',
        what: 'This is not a build argument',
        where: '--buildArgs',
        expected: 'NAME=VALUE',
        found: JSON.stringify(text),
        remedy: 'correct the option',
      })),
    );
  }
  return Object.fromEntries(
    texts.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
}
