import { partsOf, type Platform } from '../values/platform';
import type { ArgDefault, Dockerfile, Instruction, Stage } from './dockerfile';
import { lex } from './shell-lexer';
import { instructionsOf, parentsOf, reachableStages, type Globals } from './stages';

export interface BuildChoices {
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly platform: Platform;
  /** A stage's name; the last stage when left out. */
  readonly target?: string;
}

/** The variables of a stage at one of its instructions. */
export type Scope = Map<string, string>;

/** ARGs with their defaults as written; undefined: none. */
type Args = ReadonlyMap<string, string | undefined>;

/** A plan asks for them several times. */
const known = new WeakMap<Dockerfile, Args>();

/** The ARGs that the last stage, and those that it stands on, declare or read. */
export function argsOfLastStage(dockerfile: Dockerfile): Args {
  const args = known.get(dockerfile) ?? findArgs(dockerfile);
  known.set(dockerfile, args);
  return args;
}

function findArgs(dockerfile: Dockerfile): Args {
  const stages = reachableStages(dockerfile);
  const inStages = stages
    .flatMap((stage) => instructionsOf(stage, parentsOf(dockerfile, stage)))
    .filter(({ keyword }) => keyword === 'ARG')
    .flatMap(({ pairs }) => pairs);
  const global = usedGlobalArgs(dockerfile, stages);
  return new Map([...global, ...inStages].map(({ name, value }) => [name, value]));
}

/** The ARGs before the first FROM that the stages read in a FROM or take over, and those that these read. */
export function usedGlobalArgs({ globalArgs }: Dockerfile, stages: readonly Stage[]): readonly ArgDefault[] {
  const read = stages.flatMap(({ base, platform = '', instructions }) => [
    ...variablesIn(base),
    ...variablesIn(platform),
    ...instructions.flatMap(takenOver),
  ]);
  const used = withDefaults(read, globalArgs);
  return globalArgs.filter(({ name }) => used.has(name));
}

/** The ARGs that decide what the FROMs name, declared or not. */
export function argsInFroms({ globalArgs, stages }: Dockerfile): ReadonlySet<string> {
  return withDefaults(
    stages.flatMap(({ base }) => variablesIn(base)),
    globalArgs,
  );
}

/** The ARGs that are read, and those that their defaults read. */
function withDefaults(read: readonly string[], globalArgs: readonly ArgDefault[]): ReadonlySet<string> {
  const used = new Set(read);
  // A default can only read what stands above it.
  for (const { name, value = '' } of [...globalArgs].reverse()) {
    if (used.has(name)) variablesIn(value).forEach((each) => used.add(each));
  }
  return used;
}

function takenOver({ keyword, pairs, trigger }: Instruction): readonly string[] {
  const own = keyword === 'ARG' ? pairs.map(({ name }) => name) : [];
  return trigger === undefined ? own : takenOver(trigger);
}

function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{?([\p{L}\p{Nd}_]+)/gu)].map(([, name = '']) => name);
}

/** The values that FROM sees and that an ARG without a default takes over. Throws ShellSyntax. */
export function globalScope(dockerfile: Dockerfile, { buildArgs, platform, target }: BuildChoices): Globals {
  const { globalArgs, stages, escape } = dockerfile;
  const scope: Scope = platformArgs(platform, target ?? stages.at(-1)?.name);
  for (const name of [...scope.keys(), ...BUILDER_ARGS]) {
    const given = givenArg(buildArgs, name);
    if (given !== undefined) scope.set(name, given);
  }
  for (const { name, value } of globalArgs) {
    const resolved =
      givenArg(buildArgs, name) ??
      (value === undefined ? undefined : lex(value, { env: scope, escape }).text);
    if (resolved !== undefined) scope.set(name, resolved);
  }
  return scope;
}

/** An ARG may be called `constructor`, which every object has. */
export function givenArg(buildArgs: BuildChoices['buildArgs'], name: string): string | undefined {
  return Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined;
}

/** What the values of a stage's ARGs and ENVs are made from. */
export interface ScopeSources {
  readonly globals: Globals;
  readonly choices: BuildChoices;
  readonly escape: string;
}

/** What an instruction of a stage makes of its variables. Throws ShellSyntax. */
export function changeScope(scope: Scope, instruction: Instruction, sources: ScopeSources): void {
  if (instruction.keyword === 'ARG') declareArgs(scope, instruction, sources);
  if (instruction.keyword === 'ENV') setEnv(scope, instruction, sources);
}

/** An ARG has the value that was given, else its default, else what the global scope has. */
function declareArgs(scope: Scope, { pairs }: Instruction, { globals, choices, escape }: ScopeSources): void {
  for (const { name, value } of pairs) {
    const byDefault = value === undefined ? globals.get(name) : lex(value, { env: scope, escape }).text;
    const resolved = givenArg(choices.buildArgs, name) ?? byDefault;
    if (resolved !== undefined) scope.set(name, resolved);
  }
}

/** All values of one ENV see the variables as they were before it. */
function setEnv(scope: Scope, { pairs }: Instruction, { escape }: ScopeSources): void {
  const before = new Map(scope);
  const resolve = (text: string) => lex(text, { env: before, escape }).text;
  for (const { name, value = '' } of pairs) scope.set(resolve(name), resolve(value));
}

/** BuildKit sets these from the machine that builds, which is not known here. */
const BUILDER_ARGS = ['BUILDPLATFORM', 'BUILDOS', 'BUILDOSVERSION', 'BUILDARCH', 'BUILDVARIANT'];

/** Whether BuildKit sets the argument itself, from the platform and the target. */
export function isPredefinedArg(name: string): boolean {
  return /^(BUILD|TARGET)(PLATFORM|OS|OSVERSION|ARCH|VARIANT)$|^TARGETSTAGE$/.test(name);
}

function platformArgs(platform: Platform, stage = 'default'): Scope {
  const { os, architecture, variant = '' } = partsOf(platform);
  return new Map([
    ['TARGETPLATFORM', platform],
    ['TARGETOS', os],
    ['TARGETOSVERSION', ''],
    ['TARGETARCH', architecture],
    ['TARGETVARIANT', variant],
    ['TARGETSTAGE', stage],
  ]);
}
