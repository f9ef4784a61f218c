import type { RunCommand } from '../../engine/run-command';

/** The machine and the screen, as both runners see them. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Who shall own the results; undefined where there are no user ids. */
  readonly caller: { readonly uid: number; readonly gid: number } | undefined;
  readonly run: RunCommand;
  /** Results for people or machines. */
  readonly print: (line: string) => void;
  /** Progress, warnings, the log of the runtime. */
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}
