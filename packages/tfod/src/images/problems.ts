import { formatProblem, TfodError, type Problem } from '../values/tfod-error';

/** Collects what is wrong, so that a person hears of all of it at once. */
export class Problems {
  readonly #found = new Map<string, Problem>();

  /** The same problem, found twice because two images share a file, is told once. */
  add(...problems: readonly Problem[]): void {
    for (const problem of problems) this.#found.set(formatProblem(problem), problem);
  }

  /** Runs something that may find problems; undefined when it did. */
  async attempt<T>(work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TfodError)) throw error;
      this.add(...error.problems);
      return undefined;
    }
  }

  get all(): readonly Problem[] {
    return [...this.#found.values()];
  }

  throwAny(): void {
    if (this.#found.size > 0) throw new TfodError(this.all);
  }
}
