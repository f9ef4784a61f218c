import type { BuildEvent } from '../engine/engine';
import { placeOf } from './progress-lines';

/** Which steps run now, so that a person who waits sees that something does. */
export class RunningSteps {
  readonly #since = new Map<string, number>();

  /** `now` in milliseconds. */
  hear(event: BuildEvent, now: number): void {
    if (event.type === 'started') this.#since.set(about(event.target, event.step), now);
    if (event.type === 'finished') this.#since.delete(about(event.target, event.step));
    if (event.type === 'failed') this.#since.delete(about(event.target, event.failure.step));
  }

  /** One line for each step that has run for longer than `seconds`. */
  lines(now: number, seconds: number): string[] {
    return [...this.#since]
      .map(([step, since]) => ({ step, runs: (now - since) / 1000 }))
      .filter(({ runs }) => runs > seconds)
      .map(({ step, runs }) => `${step}: still at it after ${Math.round(runs)} s`);
  }
}

function about(target: string, step: string): string {
  return `[${target}] ${placeOf(step)}`;
}
