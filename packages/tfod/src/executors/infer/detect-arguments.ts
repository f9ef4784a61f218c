import type { InferRequest } from './request';

/** Where the runtime finds and leaves things, as it sees them. */
export interface DetectPaths {
  /** A file with a line for each picture. */
  readonly list: string;
  readonly output: string;
}

/** The command line of the runtime's `detect`. */
export function detectArguments(request: InferRequest, { list, output }: DetectPaths): readonly string[] {
  const { minScore, maxDetections, annotate, resume, threads, allowFailures, json, verbose } = request;
  return [
    'detect',
    ...['--list', list],
    ...['--output', output],
    ...(minScore === undefined ? [] : ['--min-score', String(minScore)]),
    ...(maxDetections === undefined ? [] : ['--max-detections', String(maxDetections)]),
    ...(annotate ? [] : ['--no-annotate']),
    ...(resume ? ['--resume'] : []),
    ...(threads === undefined ? [] : ['--workers', String(threads)]),
    ...(allowFailures ? ['--allow-failures'] : []),
    ...(json ? ['--json'] : []),
    ...(verbose ? ['--verbose'] : []),
  ];
}
