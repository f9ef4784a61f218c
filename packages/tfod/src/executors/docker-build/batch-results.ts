import type { TaskGraph } from '@nx/devkit';
import type { Answer } from './answer';

/** What Nx hears of one task of a batch. */
export interface BatchResult {
  readonly task: string;
  readonly result: {
    readonly success: boolean;
    readonly terminalOutput: string;
    /** Nx 22 and newer tell what was skipped from what failed. */
    readonly status: 'success' | 'failure' | 'skipped';
    readonly startTime: number;
    readonly endTime: number;
  };
}

/** Hands out what becomes of the tasks of a batch, each after those that it depends on. */
export class BatchResults {
  readonly #answers = new Map<string, Answer>();
  readonly #told = new Map<string, BatchResult>();
  readonly #startTime = Date.now();

  constructor(private readonly graph: TaskGraph) {}

  /** The results that can be told now. */
  *add(task: string, answer: Answer): Generator<BatchResult> {
    this.#answers.set(task, answer);
    yield* this.#tell();
  }

  /** The same answer for all tasks that have none. */
  *addAll(answer: Answer): Generator<BatchResult> {
    for (const task of Object.keys(this.graph.tasks)) {
      if (!this.#answers.has(task)) this.#answers.set(task, answer);
    }
    yield* this.#tell();
  }

  *#tell(): Generator<BatchResult> {
    for (let progress = true; progress; ) {
      progress = false;
      for (const [task, answer] of this.#answers) {
        const below = this.#below(task);
        if (this.#told.has(task) || !below.every((each) => this.#told.has(each))) continue;
        const told = this.#result(task, answer, below);
        this.#told.set(task, told);
        progress = true;
        yield told;
      }
    }
  }

  #result(task: string, answer: Answer, below: readonly string[]): BatchResult {
    const failed = below.filter((each) => !this.#told.get(each)?.result.success);
    const isSkipped = !answer.success && (answer.isSkipped === true || failed.length > 0);
    const text =
      isSkipped && failed.length > 0 ? `skipped, because ${failed.join(' and ')} failed` : answer.text;
    return {
      task,
      result: {
        success: answer.success,
        terminalOutput: text === '' ? '' : `${text}\n`,
        status: answer.success ? 'success' : isSkipped ? 'skipped' : 'failure',
        startTime: this.#startTime,
        endTime: Date.now(),
      },
    };
  }

  /** Those of the same batch that a task depends on; Nx 24 has objects where others have names. */
  #below(task: string): readonly string[] {
    const all = (this.graph.dependencies[task] ?? []) as readonly (string | { readonly id: string })[];
    return all
      .map((each) => (typeof each === 'string' ? each : each.id))
      .filter((each) => each in this.graph.tasks);
  }
}
