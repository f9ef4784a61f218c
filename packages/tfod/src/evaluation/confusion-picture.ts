import type { Confusion } from './evaluation';
import { shortened, svg, text } from './svg';

const NOTHING = 'nothing';
const [LABEL, TOP] = [150, 190];
const [WIDEST_CELL, NARROWEST_CELL, BOARD] = [64, 18, 640];
/** Cells narrower than this hold no number. */
const READABLE_CELL = 26;
const CLASSES_SHOWN = 30;

/**
 * What was taken for what as an SVG: rows are what is there, columns what was found; a cell is the darker the more
 * of its row went into it. With many classes, those that are mistaken most.
 */
export function confusionPicture({ names, matrix, minScore, iou }: Confusion, title: string): string {
  const shown = classesShown(matrix, names.length);
  const labels = [...shown.map((index) => names[index] ?? ''), NOTHING];
  const indices = [...shown, names.length];
  const cell = Math.max(NARROWEST_CELL, Math.min(WIDEST_CELL, Math.floor(BOARD / labels.length)));
  const side = cell * labels.length;
  const left = names.length - shown.length;
  return svg(LABEL + Math.max(side, 380) + 30, TOP + side + 50, [
    text(20, 30, shortened(title, 60), { size: 16, bold: true }),
    text(20, 50, `scores from ${minScore}, IoU from ${iou}${left > 0 ? `; ${left} more classes` : ''}`),
    text(LABEL + side / 2, TOP + side + 30, 'columns: what was found', { anchor: 'middle', size: 14 }),
    text(18, TOP + side / 2, 'rows: what is there', { anchor: 'middle', size: 14, turn: -90 }),
    ...labels.flatMap((label, at) => labelsOf(label, at, cell)),
    ...indices.flatMap((row, y) => rowOf(matrix, { row, y, indices, cell })),
  ]);
}

function labelsOf(label: string, at: number, cell: number): string[] {
  const middle = at * cell + cell / 2;
  const size = Math.min(13, cell * 0.6);
  return [
    text(LABEL - 8, TOP + middle + 4, shortened(label, 15), { anchor: 'end', size }),
    text(LABEL + middle + 4, TOP - 8, shortened(label, 15), { size, turn: -60 }),
  ];
}

interface Row {
  readonly row: number;
  readonly y: number;
  readonly indices: readonly number[];
  readonly cell: number;
}

function rowOf(matrix: Confusion['matrix'], { row, y, indices, cell }: Row): string[] {
  const counts = matrix[row] ?? [];
  const sum = counts.reduce((total, count) => total + count, 0);
  return indices.flatMap((column, x) => {
    const count = counts[column] ?? 0;
    const share = sum === 0 ? 0 : count / sum;
    const [left, top] = [LABEL + x * cell, TOP + y * cell];
    const square = `<rect x="${left}" y="${top}" width="${cell}" height="${cell}" fill="${shade(share, row === column)}" stroke="#ccc"/>`;
    if (count === 0 || cell < READABLE_CELL) return [square];
    const fill = share > 0.55 ? 'white' : '#222';
    const words = text(left + cell / 2, top + cell / 2 + 4, String(count), { anchor: 'middle', fill });
    return [square, words];
  });
}

/** Green where it is right, red where it is not. */
function shade(share: number, isRight: boolean): string {
  return `hsl(${isRight ? 140 : 10}, 60%, ${Math.round(100 - 65 * share)}%)`;
}

/** All classes, or those with the most mistakes, in their order. */
function classesShown(matrix: Confusion['matrix'], classes: number): readonly number[] {
  const all = Array.from({ length: classes }, (_, index) => index);
  const mistakes = (index: number) =>
    all.concat(classes).reduce((sum, other) => {
      if (other === index) return sum;
      return sum + (matrix[index]?.[other] ?? 0) + (matrix[other]?.[index] ?? 0);
    }, 0);
  return [...all]
    .sort((a, b) => mistakes(b) - mistakes(a))
    .slice(0, CLASSES_SHOWN)
    .sort((a, b) => a - b);
}
