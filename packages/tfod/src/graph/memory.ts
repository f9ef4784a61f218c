/** More than a workspace has; then it starts anew, so that a daemon does not grow with every edit. */
const MOST = 10_000;

/** Values by the text that they follow from, for as long as the process lives: a text means the same at any time. */
export class Memory<Value> {
  readonly #known = new Map<string, Value>();

  /** What is known of a text, or what `make` finds; a failure is not remembered. */
  of(text: string, make: () => Value): Value {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const made = make();
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(text, made);
    return made;
  }
}
