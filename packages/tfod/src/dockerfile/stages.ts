import { TfodError } from '../values/tfod-error';
import { nearestWord } from '../values/nearest-word';
import { flagValue, type Dockerfile, type Instruction, type Stage } from './dockerfile';
import { mountsOf } from './mounts';
import { lex } from './shell-lexer';
import { ShellSyntax } from './shell-syntax';

/** The values of the ARGs before the first FROM. */
export type Globals = ReadonlyMap<string, string>;

/**
 * The stages that the target needs, itself the last. Without the values of the global ARGs a FROM with a
 * variable might name any stage above it, so all of these count as needed.
 */
export function reachableStages(
  dockerfile: Dockerfile,
  target?: string,
  globals?: Globals,
): readonly Stage[] {
  const reached = new Set<Stage>();
  const reach = (stage: Stage): void => {
    if (reached.has(stage)) return;
    reached.add(stage);
    const parents = parentsOf(dockerfile, stage, globals);
    parents.forEach(reach);
    instructionsOf(stage, parents)
      .flatMap((instruction) => sourceStages(dockerfile, instruction))
      .filter((source) => source.index < stage.index)
      .forEach(reach);
  };
  reach(targetStage(dockerfile, target));
  return dockerfile.stages.filter((stage) => reached.has(stage));
}

/** The stages above that a FROM names or, without the values of the global ARGs, may name. */
export function parentsOf({ stages, escape }: Dockerfile, stage: Stage, globals?: Globals): readonly Stage[] {
  const above = stages.slice(0, stage.index).filter(({ name }) => name !== undefined);
  if (globals === undefined && stage.base.includes('$')) return above;
  const base = readableText(stage.base, globals ?? new Map(), escape);
  // Docker compares the name in a FROM letter by letter, and keeps the names of stages in lower case.
  const parent = above.reverse().find(({ name }) => name === base);
  return parent === undefined ? [] : [parent];
}

/** A FROM that cannot be read names no stage; it is reported where its image is asked for. */
function readableText(text: string, env: Globals, escape: string): string | undefined {
  try {
    return lex(text, { env, escape }).text;
  } catch (error) {
    if (error instanceof ShellSyntax) return undefined;
    throw error;
  }
}

/** What a stage executes: first what its parents leave to those that stand on them, then its own. */
export function instructionsOf(stage: Stage, parents: readonly Stage[]): readonly Instruction[] {
  const triggered = parents.flatMap(({ instructions }) =>
    instructions.flatMap(({ trigger }) => trigger ?? []),
  );
  return [...triggered, ...stage.instructions];
}

/** The stage that a COPY --from or a mount's from means, if it means one. */
export function stageNamed({ stages }: Dockerfile, name: string): Stage | undefined {
  return stages.filter((stage) => stage.name === name.toLowerCase()).at(-1);
}

/** The stage that a COPY --from means, where the number of a stage will do. */
export function copiedStage(dockerfile: Dockerfile, name: string): Stage | undefined {
  return isStageNumber(name) ? dockerfile.stages[Number(name)] : stageNamed(dockerfile, name);
}

/** Whether a COPY --from counts stages, so that it cannot be the name of an image. */
export function isStageNumber(name: string): boolean {
  return /^[+-]?\d+$/.test(name);
}

/** The stages that an instruction takes files from. */
function sourceStages(dockerfile: Dockerfile, instruction: Instruction): readonly Stage[] {
  const from = instruction.keyword === 'COPY' ? flagValue(instruction, 'from') : undefined;
  const copied = from === undefined ? undefined : copiedStage(dockerfile, from);
  const mounted = mountsOf(instruction, (value) => value).map((mount) =>
    stageNamed(dockerfile, mount.from ?? ''),
  );
  return [copied, ...mounted].filter((stage) => stage !== undefined);
}

function targetStage(dockerfile: Dockerfile, target: string | undefined): Stage {
  const stage = target === undefined ? dockerfile.stages.at(-1) : stageNamed(dockerfile, target);
  if (stage !== undefined) return stage;
  const names = dockerfile.stages.flatMap(({ name }) => name ?? []);
  const meant = nearestWord(target ?? '', names);
  throw new TfodError({
    code: 'DOCKERFILE_TARGET_UNKNOWN',
    what: `The Dockerfile has no stage ${JSON.stringify(target)}`,
    where: dockerfile.path,
    expected: names.length > 0 ? `one of ${names.join(', ')}` : 'a stage with a name, which none has',
    remedy: meant === undefined ? 'name a stage of the file' : `did you mean ${meant}?`,
  });
}
