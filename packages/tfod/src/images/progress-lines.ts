import type { BuildEvent, StepFailure } from '../engine/engine';

const LONGEST_STEP = 100;
/** A step that takes longer is told when it ends as well. */
const LONG_SECONDS = 2;
/** Flags of a RUN that say nothing about what it does. */
const RUN_FLAGS = /--(?:mount|network|security)=\S+ /g;

export interface LineOptions {
  /** What steps print, and steps that were not run, too. */
  readonly verbose: boolean;
}

/** A build's event as lines to print; none for what a person need not hear of. */
export function progressLines(event: BuildEvent, { verbose }: LineOptions): string[] {
  const about = `[${event.target}]`;
  switch (event.type) {
    case 'started':
      return isNumbered(event.step) ? [`${about} ${shorten(event.step)}`] : [];
    case 'cached':
      return verbose && isNumbered(event.step) ? [`${about} ${shorten(event.step)} (cached)`] : [];
    case 'finished':
      if (event.seconds <= LONG_SECONDS) return [];
      return [`${about} ${placeOf(event.step)}: ${event.seconds.toFixed(1)} s`];
    case 'log':
      return verbose ? [`${about} | ${event.line}`] : [];
    case 'failed':
      return failureLines(about, event.failure, verbose);
  }
}

/** The lines were printed already when everything is. */
function failureLines(about: string, { step, error, tail }: StepFailure, verbose: boolean): string[] {
  const printed = verbose ? [] : tail.map((line) => `${about} | ${line}`);
  return [...printed, `${about} failed: ${shorten(step)}`, `${about} ${error}`];
}

/** A step of the Dockerfile, `3/9 RUN …`, not what BuildKit does around it or when it merges a `COPY --link`. */
function isNumbered(step: string): boolean {
  return /^\d+\/\d+ (?!LINK )/.test(step);
}

/** The number of a step, or the name of one that has none. */
export function placeOf(step: string): string {
  return isNumbered(step) ? step.slice(0, step.indexOf(' ')) : step;
}

function shorten(step: string): string {
  const words = step.replace(RUN_FLAGS, '');
  return words.length > LONGEST_STEP ? `${words.slice(0, LONGEST_STEP - 1)}…` : words;
}
