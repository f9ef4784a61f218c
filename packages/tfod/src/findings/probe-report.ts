import { OWNERS, STAGES, STATUSES, type Finding } from './finding';

/** The verdict: `pass` means that every GPU was seen to compute; `incomplete`, that nothing failed and not all was seen. */
export const RESULTS = ['pass', 'fail', 'incomplete'] as const;
export type Result = (typeof RESULTS)[number];

/** What the probe found out beside its checks: versions, GPUs, libraries. */
export type ProbeFacts = Readonly<Record<string, unknown>>;

/** The document that `python -m tfod_runtime.probe` prints. */
export interface ProbeReport {
  readonly result: Result;
  readonly checks: readonly Finding[];
  readonly facts: ProbeFacts;
}

const SCHEMA = 1;
const TEXTS = ['id', 'found', 'expected', 'hint', 'docs'] as const;

/** Reads the standard output of the probe; or says, in one line, why it is no report of it. */
export function readProbeReport(stdout: string): ProbeReport | { readonly malformed: string } {
  if (stdout.trim() === '') return { malformed: 'nothing on its standard output' };
  let document: unknown;
  try {
    document = JSON.parse(stdout);
  } catch {
    return { malformed: `no JSON on its standard output: ${stdout.trim().slice(0, 200)}` };
  }
  if (!isRecord(document)) return { malformed: 'no JSON object on its standard output' };
  const { schema, result, checks, facts } = document;
  if (schema !== SCHEMA) return { malformed: `a report of schema ${JSON.stringify(schema)}, not ${SCHEMA}` };
  if (!isOneOf(RESULTS, result)) return { malformed: `the result ${JSON.stringify(result)}` };
  if (!Array.isArray(checks) || checks.length === 0) return { malformed: 'a report without checks' };
  const wrong = checks.find((check) => !isFinding(check));
  if (wrong !== undefined) return { malformed: `the check ${JSON.stringify(wrong).slice(0, 200)}` };
  return { result, checks: checks as Finding[], facts: isRecord(facts) ? facts : {} };
}

function isFinding(value: unknown): value is Finding {
  return (
    isRecord(value) &&
    TEXTS.every((field) => typeof value[field] === 'string') &&
    typeof value['seconds'] === 'number' &&
    isOneOf(STAGES, value['stage']) &&
    isOneOf(OWNERS, value['owner']) &&
    isOneOf(STATUSES, value['status'])
  );
}

function isOneOf<T extends string>(values: readonly T[], value: unknown): value is T {
  return values.some((each) => each === value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
