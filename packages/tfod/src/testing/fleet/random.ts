/** Numbers that look random and follow from a seed (mulberry32 by Tommy Ettinger, public domain). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to `below` - 1. */
  int(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  /** One time in `times`. */
  oneIn(times: number): boolean {
    return this.int(times) === 0;
  }

  /** One of the items; undefined when there is none. */
  pick<T>(items: readonly T[]): T | undefined {
    return items[this.int(Math.max(items.length, 1))];
  }

  /** A few lower-case letters and digits that no other call is likely to give. */
  word(): string {
    return this.int(36 ** 4)
      .toString(36)
      .padStart(4, '0');
  }
}
