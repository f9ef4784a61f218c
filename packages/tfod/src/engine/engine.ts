import type { Digest } from '../values/digest';
import type { Platform } from '../values/platform';
import type { Command } from './command';

/** What builds, keeps and pushes images. Every method rejects with a TfodError when the engine cannot do it. */
export interface Engine {
  /** How messages call it. */
  readonly name: string;
  /** Whether the engine is there, runs, and is new enough. */
  open(): Promise<EngineInfo>;
  /** Names the engine itself: equal for all ways that lead to it. */
  identity(): Promise<string>;
  /** The builder of that name, or the one in use; checks that it can build what `build` asks. */
  openBuilder(name?: string): Promise<Builder>;
  /** All images that bear the label, tagged or not. */
  imagesWithLabel(label: string): Promise<readonly EngineImage[]>;
  /** The images of these refs or ids; one that is not there is left out. */
  inspect(refs: readonly string[]): Promise<readonly EngineImage[]>;
  tag(image: string, ref: string): Promise<void>;
  /** Removes the name; the image goes with its last one. A name that is not there is no error. */
  untag(ref: string): Promise<void>;
  push(ref: string, options: TransferOptions): Promise<void>;
  /** Brings `repository@sha256:…` from its registry; it has no name yet. */
  pull(ref: string, platform: Platform, options: TransferOptions): Promise<void>;
  /** The digest that a ref of another's image has in its registry now. */
  resolve(ref: string): Promise<Digest>;
  build(request: BuildRequest, on: (event: BuildEvent) => void): Promise<BuildOutcome>;
  /** The folder in which it keeps its images; undefined when that is on another machine, or not known. */
  storage(): Promise<string | undefined>;
  /** How much the build cache of a builder holds. */
  cachedBytes(builder: Builder): Promise<number>;
  /** What a person would type to get the same; run by nothing. */
  readonly commands: EngineCommands;
}

/** Of what goes to a registry or comes from one. */
export interface TransferOptions {
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface EngineInfo {
  readonly version: string;
  /** What images are built for when nobody says otherwise. */
  readonly platform: Platform;
}

export interface Builder {
  readonly name: string;
  /** Whether it sees the images that the engine has. One that does not must build all parents itself. */
  readonly seesImages: boolean;
}

export interface EngineImage {
  /** `sha256:…` of the image's configuration. */
  readonly id: string;
  /** All names it has, `repository:tag` in the familiar spelling. */
  readonly refs: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly platform: Platform;
  readonly bytes: number;
}

/** Where the content of a name in FROM, COPY --from or --mount=from= comes from. */
export type ContextSource =
  | { readonly from: 'folder'; readonly path: string }
  | { readonly from: 'image'; readonly ref: string }
  | { readonly from: 'target'; readonly name: string };

/** One image to build. */
export interface BuildTarget {
  /** Letters, digits, `-` and `_`. */
  readonly name: string;
  /** Absolute folder. */
  readonly context: string;
  /** Absolute file. */
  readonly dockerfile: string;
  readonly contexts: Readonly<Record<string, ContextSource>>;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly platform: Platform;
  readonly refs: readonly string[];
  /** `id=…,src=…` or `id=…,env=…`. */
  readonly secrets: readonly string[];
  /** Whether to run all steps again. */
  readonly fresh: boolean;
  /** `type=registry,ref=…`. */
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
}

export interface BuildRequest {
  /** The images to build and, for a builder that does not see the engine's images, their parents. */
  readonly targets: readonly BuildTarget[];
  /** Names of the targets that become images in the engine. */
  readonly wanted: readonly string[];
  readonly builder: Builder;
  /** A folder that exists, for files that the build needs. */
  readonly scratch: string;
  readonly signal?: AbortSignal;
}

export type BuildEvent =
  | { readonly type: 'started'; readonly target: string; readonly step: string }
  | { readonly type: 'cached'; readonly target: string; readonly step: string }
  | { readonly type: 'finished'; readonly target: string; readonly step: string; readonly seconds: number }
  | { readonly type: 'log'; readonly target: string; readonly line: string }
  | { readonly type: 'failed'; readonly target: string; readonly failure: StepFailure };

export interface StepFailure {
  /** The step as it stands in the Dockerfile, `3/9 RUN pip install …`. */
  readonly step: string;
  readonly error: string;
  /** The last lines that the step printed. */
  readonly tail: readonly string[];
}

export type BuildOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** By target; empty when the builder itself failed. */
      readonly failures: ReadonlyMap<string, StepFailure>;
      /** The last lines of the builder. */
      readonly message: string;
    };

export interface EngineCommands {
  build(target: BuildTarget, builder?: string): Command;
  tag(image: string, ref: string): Command;
  push(ref: string): Command;
  pull(ref: string, platform: Platform): Command;
}
