import type { SourcePattern } from '../values/source-pattern';
import type { Problem } from '../values/tfod-error';
import {
  changeScope,
  givenArg,
  globalScope,
  isPredefinedArg,
  usedGlobalArgs,
  type BuildChoices,
  type Scope,
} from './args';
import type { RemoteSource } from './copy-sources';
import { placeOf, type Dockerfile, type Instruction, type Stage } from './dockerfile';
import { InputCollector, type SecretMount } from './input-collector';
import { instructionsOf, parentsOf, reachableStages } from './stages';

export type { SecretMount } from './input-collector';

/** Everything outside of itself that a Dockerfile takes its content from. */
export interface DockerfileInputs {
  /** Names in FROM, COPY --from, --mount from= and # syntax= that are no stage of the file, sorted. */
  readonly externals: readonly string[];
  /** Those among them that a FROM names. */
  readonly bases: ReadonlySet<string>;
  /** Sources in the build context. */
  readonly context: readonly SourcePattern[];
  /** Sources in each external that files are taken from. */
  readonly named: ReadonlyMap<string, readonly SourcePattern[]>;
  /** What ADD fetches. */
  readonly remote: readonly RemoteSource[];
  /** Secret mounts, by id. */
  readonly secrets: readonly SecretMount[];
  /** The values of the ARGs of the reachable stages; those that the platform decides are left out. */
  readonly args: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/**
 * What the stages that the target needs take from outside. What is wrong in them is among the problems; an
 * unknown target is thrown, DOCKERFILE_TARGET_UNKNOWN.
 */
export function sourcesOf(dockerfile: Dockerfile, choices: BuildChoices): DockerfileInputs {
  const collector = new InputCollector(dockerfile);
  const first = dockerfile.globalArgs[0] ?? { line: 1 };
  const globals = collector.attempt(first, () => globalScope(dockerfile, choices)) ?? new Map();
  const stages = reachableStages(dockerfile, choices.target, globals);
  const args = new Map(usedGlobalArgs(dockerfile, stages).map(({ name }) => [name, globals.get(name)]));
  const scopes = new Map<Stage, Scope>();
  for (const stage of stages) {
    const parents = parentsOf(dockerfile, stage, globals);
    const scope: Scope = new Map(parents.flatMap((parent) => [...(scopes.get(parent) ?? [])]));
    scopes.set(stage, scope);
    if (parents.length === 0) collector.attempt(stage.from, () => collector.addBase(stage, globals));
    for (const instruction of instructionsOf(stage, parents)) {
      collector.attempt(instruction, () => {
        collector.add(instruction, stage, scope);
        changeScope(scope, instruction, { globals, choices, escape: dockerfile.escape });
      });
      if (instruction.keyword !== 'ARG') continue;
      for (const { name } of instruction.pairs) args.set(name, scope.get(name));
    }
  }
  const inputs = collector.inputs();
  const problems = [...inputs.problems, ...leftTriggers(dockerfile, stages.at(-1), scopes)];
  return { ...inputs, problems, args: knownArgs(args, choices) };
}

/** What an ONBUILD of the last stage takes, another build would have to give, whose sources it is no part of. */
function leftTriggers(
  dockerfile: Dockerfile,
  stage: Stage | undefined,
  scopes: ReadonlyMap<Stage, Scope>,
): readonly Problem[] {
  if (stage === undefined) return [];
  return stage.instructions.flatMap((instruction) => {
    const { trigger } = instruction;
    if (trigger === undefined) return [];
    const collector = new InputCollector(dockerfile);
    collector.attempt(instruction, () => collector.add(trigger, stage, scopes.get(stage) ?? new Map()));
    const { context, externals, remote, secrets } = collector.inputs();
    const others = externals.filter((name) => name !== dockerfile.syntax);
    const taken = [context, others, remote, secrets].flat();
    return taken.length === 0 ? [] : [leftTrigger(trigger.keyword, placeOf(dockerfile, instruction))];
  });
}

function leftTrigger(keyword: string, where: string): Problem {
  return {
    code: 'DOCKERFILE_TRIGGER_LEFT',
    what: 'The image would make every image on it take files that no plan knows of',
    where,
    expected: 'ONBUILD with what needs no files, or in a stage that another stage of the file stands on',
    found: `ONBUILD ${keyword}`,
    remedy: `write the ${keyword} into the Dockerfiles that need it`,
  };
}

function knownArgs(
  args: ReadonlyMap<string, string | undefined>,
  { buildArgs }: BuildChoices,
): Readonly<Record<string, string>> {
  const known = [...args].flatMap(([name, value]) =>
    value === undefined || (isPredefinedArg(name) && givenArg(buildArgs, name) === undefined)
      ? []
      : [[name, value] as const],
  );
  return Object.fromEntries(known.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The strings of the JSON form of the ENTRYPOINT that the image gets; undefined without one, or in shell form. */
export function entrypoint(dockerfile: Dockerfile): readonly string[] | undefined {
  for (let stage = dockerfile.stages.at(-1); stage !== undefined; ) {
    const last = stage.instructions.filter(({ keyword }) => keyword === 'ENTRYPOINT').at(-1);
    if (last !== undefined) return last.isJson ? last.words : undefined;
    [stage] = parentsOf(dockerfile, stage, new Map());
  }
  return undefined;
}

/**
 * What the key hashes of a Dockerfile: the stages that the target needs, and the global ARGs that these read,
 * without comments, blank lines and continuations. Two files with the same text build the same image from the
 * same inputs.
 */
export function canonicalText(dockerfile: Dockerfile, target?: string): string {
  const lines = canonicalInstructions(dockerfile, target).map(({ text }) => text);
  return `${lines.join('\n')}\n`;
}

/** The same, one instruction each, with the line where it begins in the file. */
export function canonicalInstructions(
  dockerfile: Dockerfile,
  target?: string,
): readonly Pick<Instruction, 'text' | 'line'>[] {
  const stages = reachableStages(dockerfile, target);
  return [
    ...(dockerfile.escape === '\\' ? [] : [{ text: `# escape=${dockerfile.escape}`, line: 1 }]),
    ...usedGlobalArgs(dockerfile, stages).map(({ name, value, line }) => ({
      text: value === undefined ? `ARG ${name}` : `ARG ${name}=${value}`,
      line,
    })),
    ...stages.flatMap(({ from, instructions }) => [from, ...instructions]),
  ];
}
