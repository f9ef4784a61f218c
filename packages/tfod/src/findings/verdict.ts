import { STAGES, type Finding } from './finding';
import type { ProbeFacts, ProbeReport, Result } from './probe-report';

export type Mode = 'gpu' | 'static';

/** What gpu-verify leaves behind, for machines to read. */
export interface Verdict {
  /** Name of the Nx project. */
  readonly service: string;
  readonly mode: Mode;
  readonly result: Result;
  /** The image that was looked at; null when none was there. */
  readonly image: string | null;
  /** The id of the finding that is to be mended first; null when nothing failed. */
  readonly firstCause: string | null;
  readonly checks: readonly Finding[];
  readonly facts: ProbeFacts;
}

/** Where it is left, relative to the workspace root. */
export function verdictPath(projectRoot: string): string {
  return `dist/${projectRoot}/gpu-verify.json`;
}

export interface Seen {
  readonly service: string;
  readonly mode: Mode;
  readonly image: string | null;
  /** Of the host stage and the engine stage. */
  readonly outside: readonly Finding[];
  /** Undefined when the probe did not answer. */
  readonly report: ProbeReport | undefined;
}

/**
 * A yes is the probe's alone, and only when it had GPUs and nothing outside failed; what nobody saw is never a yes.
 */
export function verdict({ service, mode, image, outside, report }: Seen): Verdict {
  const checks = [...outside, ...(report?.checks ?? [])];
  const first = firstFailure(checks);
  const proved = mode === 'gpu' && report?.result === 'pass';
  const failed = first !== undefined || report?.result === 'fail';
  return {
    service,
    mode,
    result: failed ? 'fail' : proved ? 'pass' : 'incomplete',
    image,
    firstCause: first?.id ?? null,
    checks,
    facts: report?.facts ?? {},
  };
}

/** The failure of the earliest stage; within a stage causes stand before their consequences. */
export function firstFailure(checks: readonly Finding[]): Finding | undefined {
  const failures = checks.filter(({ status }) => status === 'fail');
  return STAGES.flatMap((stage) => failures.filter((each) => each.stage === stage))[0];
}

/** Whether the command succeeds: with a proof, or, where none was asked for, without a failure. */
export function succeeds({ mode, result }: Pick<Verdict, 'mode' | 'result'>): boolean {
  return result === 'pass' || (mode === 'static' && result === 'incomplete');
}
