import type { ClassScore, Evaluation } from './evaluation';

/** An evaluation and what it is called. */
export interface Named {
  readonly name: string;
  readonly evaluation: Evaluation;
}

/** What each figure of COCO's table measures. */
const MEANINGS: Readonly<Record<string, string>> = {
  AP: 'precision, mean over IoU 0.50 to 0.95',
  AP50: 'precision at IoU 0.50',
  AP75: 'precision at IoU 0.75',
  APsmall: 'precision, objects below 32² pixels',
  APmedium: 'precision, objects from 32² to 96² pixels',
  APlarge: 'precision, objects above 96² pixels',
  AR1: 'recall with 1 detection a picture',
  AR10: 'recall with 10 detections a picture',
  AR100: 'recall with 100 detections a picture',
  AR: 'recall, mean over IoU 0.50 to 0.95',
  AR50: 'recall at IoU 0.50',
  AR75: 'recall at IoU 0.75',
  ARsmall: 'recall, small objects',
  ARmedium: 'recall, medium objects',
  ARlarge: 'recall, large objects',
};

/** COCO's table and the precision of each class; with another evaluation, its figures beside and the difference. */
export function evaluationTables(one: Named, other?: Named): string {
  return [cocoTable(one, other), classTable(one, other)].join('\n\n');
}

function cocoTable({ name, evaluation }: Named, other: Named | undefined): string {
  const rows = Object.entries(evaluation.stats).map(([figure, value]) => [
    figure,
    ...figures(value, other?.evaluation.stats[figure], other !== undefined),
    MEANINGS[figure] ?? '',
  ]);
  return table(['figure', ...heads(name, other, 'value'), 'meaning'], rows);
}

function classTable({ name, evaluation }: Named, other: Named | undefined): string {
  const others = new Map(other?.evaluation.classes.map((each): [string, ClassScore] => [each.name, each]));
  const rows = evaluation.classes.map((each) => [
    each.name,
    String(each.objects),
    percent(each.AP50),
    ...figures(each.AP, others.get(each.name)?.AP, other !== undefined),
  ]);
  return table(['class', 'objects', 'AP50', ...heads(name, other, 'AP')], rows);
}

function heads(name: string, other: Named | undefined, alone: string): readonly string[] {
  return other === undefined ? [alone] : [name, other.name, 'difference'];
}

function figures(value: number, other: number | undefined, isCompared: boolean): readonly string[] {
  if (!isCompared) return [percent(value)];
  return [percent(value), percent(other ?? -1), difference(value, other ?? -1)];
}

/** -1 is COCO's word for nothing to measure. */
export function percent(value: number): string {
  return value < 0 ? '—' : (value * 100).toFixed(1);
}

function difference(value: number, other: number): string {
  if (value < 0 || other < 0) return '—';
  const points = (value - other) * 100;
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const numeric = head.map((_, column) => rows.every((row) => /^[—−+\d.]*$/.test(row[column] ?? '')));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}
