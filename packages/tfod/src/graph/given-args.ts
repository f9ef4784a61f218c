import { posix } from 'node:path';
import { parseBuildArgs } from '../images/build-args';
import { tried, type FilesSeen } from './files-seen';
import { looseJson } from './loose-json';
import { Memory } from './memory';
import { projectName } from './project-names';

type BuildArgs = Readonly<Record<string, string>>;

/** Where options of targets are written: for all projects, and for one. */
const FOR_ALL = 'nx.json';
const FOR_ONE = ['package.json', 'project.json'];

const argsByText = new Memory<readonly BuildArgs[]>();

/**
 * The build arguments that files give to the targets of the project in `root`, each set by itself: those of every target and
 * configuration, of its own and of `targetDefaults` and plugins. Which of them has the last word is not
 * asked: a set too many is an edge too many, a set too few a change that nobody sees.
 */
export function givenArgs(root: string, files: FilesSeen): readonly BuildArgs[] {
  const texts = [FOR_ALL, ...FOR_ONE.map((file) => posix.join(root, file))].map((path) => files.read(path));
  const name = projectName(root, files);
  return texts
    .flatMap((text) => (text === undefined ? [] : argsByText.of(text, () => argsIn(text))))
    .map((args) => withTokens(args, { '{projectName}': name, '{projectRoot}': root }));
}

/** A file that cannot be read says nothing, and neither do arguments that the build refuses. */
function argsIn(text: string): readonly BuildArgs[] {
  const written = buildArgsIn(tried(() => looseJson(text)));
  return written
    .map((each) => tried(() => parseBuildArgs(each as object)))
    .filter((args) => args !== undefined);
}

function buildArgsIn(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => (name === 'buildArgs' ? [each] : buildArgsIn(each)));
}

/** Nx replaces these in options. */
function withTokens(args: BuildArgs, tokens: BuildArgs): BuildArgs {
  const replaced = (text: string): string =>
    Object.entries(tokens).reduce((before, [token, value]) => before.replaceAll(token, () => value), text);
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, replaced(value)]));
}
