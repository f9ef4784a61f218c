import type { Platform } from '../values/platform';
import type { SourcePattern } from '../values/source-pattern';
import type { Problem } from '../values/tfod-error';
import type { Dockerfile, Stage } from './parse';

export interface BuildChoices {
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly platform: Platform;
  /** A stage's name or number; the last stage when left out. */
  readonly target?: string;
}

/** Everything outside of itself that a Dockerfile takes its content from. */
export interface DockerfileInputs {
  /** Names in FROM, COPY --from, --mount from= and # syntax= that are no stage of the file, sorted. */
  readonly externals: readonly string[];
  /** Sources in the build context. */
  readonly context: readonly SourcePattern[];
  /** Sources in each external that files are taken from. */
  readonly named: ReadonlyMap<string, readonly SourcePattern[]>;
  /** URLs of ADD. */
  readonly remote: readonly RemoteSource[];
  /** Secret mounts, by id. */
  readonly secrets: readonly SecretMount[];
  /** The ARGs that reachable stages declare and that have a value. */
  readonly args: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

export interface RemoteSource {
  readonly url: string;
  readonly checksum?: string;
}

export interface SecretMount {
  readonly id: string;
  readonly required: boolean;
}

export declare function reachableStages(dockerfile: Dockerfile, target?: string): readonly Stage[];
export declare function sourcesOf(dockerfile: Dockerfile, choices: BuildChoices): DockerfileInputs;
/** The JSON form of the ENTRYPOINT that the last stage ends with. */
export declare function entrypoint(dockerfile: Dockerfile): readonly string[] | undefined;
/** What the key hashes of a Dockerfile: the reachable stages without comments and blank lines. */
export declare function canonicalText(dockerfile: Dockerfile, target?: string): string;
