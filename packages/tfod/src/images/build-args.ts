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
  return Array.isArray(written) ? argsInList(written) : argsInObject(written);
}

/** On the command line, Nx makes a number of what looks like one, and 1.10 becomes 1.1. */
function argsInObject(written: object): Readonly<Record<string, string>> {
  const args = Object.entries(written);
  const numbers = args.filter(([, value]) => typeof value === 'number' && !Number.isSafeInteger(value));
  if (numbers.length > 0) {
    throw new TfodError(
      numbers.map(([name, value]) => ({
        code: 'BUILD_ARG_IS_NUMBER',
        what: 'Nx reads this build argument as a number, so it may not be what was written',
        where: `--buildArgs.${name}`,
        expected: 'text, or a whole number',
        found: String(value),
        remedy: `write --buildArgs=${name}=VALUE, where Nx keeps it, or put it in quotes in the options of the target in project.json`,
      })),
    );
  }
  return Object.fromEntries(args.map(([name, value]) => [name, String(value)]));
}

function argsInList(written: readonly string[]): Readonly<Record<string, string>> {
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
