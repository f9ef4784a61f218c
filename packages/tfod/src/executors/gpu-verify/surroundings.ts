import type { RunCommand } from '../../engine/run-command';

/** The machine and the screen. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly hostname: string;
  /** As `uname -r` prints it. */
  readonly kernel: string;
  /** Where /proc and /dev are. */
  readonly root: string;
  readonly run: RunCommand;
  /** The verdict, for people or machines. */
  readonly print: (text: string) => void;
  /** Progress. */
  readonly report: (line: string) => void;
  /** Where the runtime wheel is; undefined: in the plugin. */
  readonly wheelFolder: string | undefined;
}

/** What the work gets, once it can be stopped. */
export interface Stoppable extends Surroundings {
  readonly signal: AbortSignal;
}
