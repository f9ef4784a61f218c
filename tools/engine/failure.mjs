// @ts-check

/** What the shell is told: 1 something went wrong, 2 wrong usage, 3 no engine can be set up on this machine. */
export const EXIT = Object.freeze({ failed: 1, usage: 2, unsupported: 3 });

/** An expected failure: what happened and the next step, and the last lines of a log where one tells more. */
export class EngineFailure extends Error {
  /**
   * @param {string} what One sentence without a full stop.
   * @param {{ remedy: string, exitCode?: number, log?: string }} details `log` is shown indented, as it is.
   */
  constructor(what, { remedy, exitCode = EXIT.failed, log }) {
    const lines = log?.trim()
      ? log
          .trim()
          .split('\n')
          .map((line) => `  | ${line}`)
      : [];
    super([what, ...lines, `  next step  ${remedy}`].join('\n'));
    this.name = 'EngineFailure';
    this.exitCode = exitCode;
  }
}
