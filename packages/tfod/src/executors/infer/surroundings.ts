import { runCommand, type RunCommand } from '../../engine/run-command';
import { print, report } from '../../screen/screen';

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
  /** Where the runtime wheel is; default: in the plugin. */
  readonly wheelFolder?: string;
  /** Aborted when the run is to stop. */
  readonly signal: AbortSignal;
}

/** This process and its machine. */
export function here(): Omit<Surroundings, 'signal'> {
  const { getuid, getgid } = process;
  return {
    env: process.env,
    platform: process.platform,
    caller: getuid && getgid ? { uid: getuid(), gid: getgid() } : undefined,
    run: runCommand,
    print,
    report,
  };
}
