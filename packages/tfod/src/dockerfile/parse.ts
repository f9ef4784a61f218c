/** A Dockerfile as data: nothing is resolved yet, `${NAME}` stands as it was written. */
export interface Dockerfile {
  /** As the caller named it; only messages use it. */
  readonly path: string;
  /** The image of a `# syntax=` line: BuildKit fetches it and lets it build. */
  readonly syntax?: string;
  /** The ARGs before the first FROM. */
  readonly globalArgs: readonly ArgDefault[];
  readonly stages: readonly Stage[];
}

export interface ArgDefault {
  readonly name: string;
  /** Raw; undefined when the ARG has no default. */
  readonly value?: string;
  readonly line: number;
}

export interface Stage {
  /** Lower-cased: Docker compares stage names without regard to case. */
  readonly name?: string;
  readonly index: number;
  /** What FROM names, raw. */
  readonly base: string;
  readonly platform?: string;
  /** The line of the FROM, 1-based. */
  readonly line: number;
  /** All instructions after the FROM. */
  readonly instructions: readonly Instruction[];
  /** The FROM in canonical form. */
  readonly text: string;
}

export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** One line without comments and continuations, then the heredocs as they were written. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  readonly flags: readonly Flag[];
  /** What follows the flags, on one line. */
  readonly rest: string;
  /** The strings of the JSON form, `["a", "b"]`, when it is one. */
  readonly json?: readonly string[];
  readonly heredocs: readonly Heredoc[];
  /** The instruction that an ONBUILD carries. */
  readonly trigger?: Instruction;
}

export interface Flag {
  /** Without the dashes, lower case. */
  readonly name: string;
  /** Undefined for a bare `--link`. */
  readonly value?: string;
}

export interface Heredoc {
  readonly name: string;
  /** False when the name was quoted. */
  readonly expands: boolean;
  readonly content: string;
}

/** Reads a Dockerfile; a syntax error is a TfodError DOCKERFILE_SYNTAX that names the line. */
export declare function parseDockerfile(text: string, path: string): Dockerfile;
