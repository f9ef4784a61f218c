import type { BuildEvent } from '../engine/engine';

/** How long each target took, from its first step to its last: BuildKit works on several at once. */
export class StepClock {
  readonly #spans = new Map<string, { readonly first: number; readonly last: number }>();

  /** `now` in milliseconds. */
  hear({ target }: BuildEvent, now: number): void {
    this.#spans.set(target, { first: this.#spans.get(target)?.first ?? now, last: now });
  }

  seconds(target: string): number {
    const span = this.#spans.get(target);
    return span === undefined ? 0 : (span.last - span.first) / 1000;
  }
}
