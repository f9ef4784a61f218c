import { TfodError } from '../values/tfod-error';

/** How good the detections of a model are; what the runtime's evaluation writes. */
export interface Evaluation {
  readonly iouType: 'bbox' | 'segm' | 'keypoints';
  readonly pictures: number;
  readonly detections: number;
  /** The figures of COCO's table by their names, 0 to 1; -1 where there is nothing to measure. */
  readonly stats: Readonly<Record<string, number>>;
  readonly classes: readonly ClassScore[];
  readonly curves: Curves;
  readonly confusion: Confusion;
}

export interface ClassScore {
  readonly id: number;
  readonly name: string;
  /** How many objects of it are annotated. */
  readonly objects: number;
  readonly AP: number;
  readonly AP50: number;
}

/** Precision at each recall, 0 to 1; null where there is nothing to measure. */
export interface Curves {
  readonly recall: readonly number[];
  readonly precision50: readonly (number | null)[];
  readonly precision: readonly (number | null)[];
  /** At IoU 0.5, in the order of the classes. */
  readonly classes: readonly (readonly (number | null)[])[];
}

export interface Confusion {
  readonly minScore: number;
  readonly iou: number;
  readonly names: readonly string[];
  /** Rows: what is there; columns: what was found; the last of each is nothing. */
  readonly matrix: readonly (readonly number[])[];
}

/** Reads an evaluation.json; throws EVALUATION_INVALID. `where` names the file. */
export function parseEvaluation(text: string, where: string): Evaluation {
  const invalid = (found: string) =>
    new TfodError({
      code: 'EVALUATION_INVALID',
      what: 'This is no evaluation',
      where,
      expected: 'an evaluation.json that evaluate wrote',
      found,
      remedy: 'evaluate again',
    });
  let value: Partial<Evaluation> | null;
  try {
    value = JSON.parse(text) as Partial<Evaluation> | null;
  } catch (error) {
    throw invalid((error as SyntaxError).message);
  }
  const parts = ['stats', 'classes', 'curves', 'confusion'] as const;
  const missing = parts.filter((part) => typeof value?.[part] !== 'object');
  if (value === null || missing.length > 0) throw invalid(`no ${missing.join(', ')}`);
  return value as Evaluation;
}

/** The mean average precision: COCO's first figure. */
export function mapOf({ stats }: Evaluation): number {
  return stats['AP'] ?? -1;
}
