import type { Pair } from './words';

/** A Dockerfile as data: nothing is resolved yet, `${NAME}` stands as it was written. */
export interface Dockerfile {
  /** As the caller named it; only messages use it. */
  readonly path: string;
  /** The image of a `# syntax=` line: BuildKit fetches it and lets it build. */
  readonly syntax?: string;
  /** `\` or, after `# escape=`, a backtick. */
  readonly escape: string;
  /** The ARGs before the first FROM. */
  readonly globalArgs: readonly ArgDefault[];
  readonly stages: readonly Stage[];
}

/** An ARG with its default as it is written; without one, `value` is undefined. */
export interface ArgDefault extends Pair {
  readonly line: number;
}

export interface Stage {
  /** Lower-cased, as Docker keeps it. */
  readonly name?: string;
  readonly index: number;
  /** What FROM names, raw. */
  readonly base: string;
  /** The --platform of the FROM, raw. */
  readonly platform?: string;
  readonly from: Instruction;
  /** All instructions after the FROM. */
  readonly instructions: readonly Instruction[];
}

export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** One line without comments and continuations, then the heredocs as they were written. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** `--name=value`, the value undefined for a bare `--link`. */
  readonly flags: readonly Pair[];
  /** What follows the flags: the strings of the JSON form, or what white space parts. */
  readonly words: readonly string[];
  /** Whether the words were written as `["a", "b"]`. */
  readonly isJson: boolean;
  /** The names and values of ARG, ENV and LABEL. */
  readonly pairs: readonly Pair[];
  /** The instruction that an ONBUILD carries. */
  readonly trigger?: Instruction;
}

/** The value of the first flag of that name. */
export function flagValue(instruction: Instruction, name: string): string | undefined {
  return instruction.flags.find((flag) => flag.name === name)?.value;
}

/** The values of all flags of that name. */
export function flagValues(instruction: Instruction, name: string): readonly string[] {
  return instruction.flags.filter((flag) => flag.name === name).map((flag) => flag.value ?? '');
}

/** Where an instruction stands, for messages: `docker/tf.Dockerfile:12`. */
export function placeOf({ path }: Dockerfile, { line }: Pick<Instruction, 'line'>): string {
  return `${path}:${line}`;
}
