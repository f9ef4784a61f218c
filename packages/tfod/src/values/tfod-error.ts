/**
 * One thing that is wrong, in the words its reader needs: what happened, where, what was expected, what was
 * found, and the next step.
 */
export interface Problem {
  /** Stable, upper snake case, for tests and machines: `LOCK_MISSING`. */
  readonly code: string;
  /** One sentence without a full stop. */
  readonly what: string;
  /** A file, an option, an image: where to look. */
  readonly where?: string;
  readonly expected?: string;
  readonly found?: string;
  /** The command or the edit that mends it. */
  readonly remedy: string;
}

/**
 * An expected failure: bad input or a machine that cannot do what is asked. Carries every problem that was
 * found, since a person who must mend three things wants to hear of all three at once.
 */
export class TfodError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: Problem | readonly Problem[], options?: ErrorOptions) {
    const list = isList(problems) ? problems : [problems];
    super(list.map(formatProblem).join('\n'), options);
    this.name = 'TfodError';
    this.problems = list;
  }

  /** The code of the first problem. */
  get code(): string {
    return this.problems[0]?.code ?? 'UNKNOWN';
  }
}

/** One problem as text: a headline, then one indented line for each fact that is known. */
export function formatProblem(problem: Problem): string {
  const facts = (['where', 'expected', 'found', 'remedy'] as const)
    .filter((fact) => problem[fact] !== undefined)
    .map((fact) => `  ${FACT_TITLE[fact].padEnd(9)} ${problem[fact]}`);
  return [`${problem.code}: ${problem.what}`, ...facts].join('\n');
}

const FACT_TITLE = { where: 'where', expected: 'expected', found: 'found', remedy: 'next step' } as const;

function isList(problems: Problem | readonly Problem[]): problems is readonly Problem[] {
  return Array.isArray(problems);
}
