import type { Evaluation } from './evaluation';
import type { Named } from './tables';

/**
 * What the tables say, as one JSON document. The curves and the confusion are left to evaluation.json: with 80 classes
 * they are some hundred kilobytes, and Nx breaks a line wherever 64 kB of output end.
 */
export function scoresDocument({ evaluation }: Named, other?: Named): string {
  const against = other && { name: other.name, ...scoresOf(other.evaluation) };
  return JSON.stringify({ ...scoresOf(evaluation), ...(against && { against }) }, null, 2);
}

function scoresOf({ iouType, pictures, detections, stats, classes }: Evaluation): Partial<Evaluation> {
  return { iouType, pictures, detections, stats, classes };
}
