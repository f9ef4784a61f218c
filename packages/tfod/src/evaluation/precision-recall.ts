import type { Evaluation } from './evaluation';
import { line, shortened, svg, text } from './svg';
import { mapOf, type ClassScore } from './evaluation';
import { percent } from './tables';

const [LEFT, TOP, SIDE, LEGEND] = [64, 56, 440, 250];
const [BOTTOM, RIGHT] = [TOP + SIDE, LEFT + SIDE];
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
/** More lines than this cannot be told apart. */
const CLASSES_SHOWN = 16;
const ROW = 20;

type Points = readonly (number | null)[];

/** The precision at each recall: of all classes, thick, and of each class at IoU 0.5, as an SVG. */
export function precisionRecall(evaluation: Evaluation, title: string): string {
  const { curves, classes } = evaluation;
  const shown = classes
    .map((each, index) => ({ each, points: curves.classes[index] ?? [], colour: colourOf(index) }))
    .filter(({ each }) => each.objects > 0)
    .sort((a, b) => b.each.objects - a.each.objects)
    .slice(0, CLASSES_SHOWN);
  const left = classes.filter(({ objects }) => objects > 0).length - shown.length;
  const [half, all] = [evaluation.stats['AP50'] ?? -1, mapOf(evaluation)];
  const legend = [
    legendRow(0, '#000', `all classes, IoU 0.5: ${percent(half)}`, 3),
    legendRow(1, '#000', `all classes, IoU 0.5–0.95: ${percent(all)}`, 3, '7 4'),
    ...shown.map(({ each, colour }, index) => legendRow(index + 2, colour, nameAndScore(each), 1.5)),
    ...(left > 0 ? [text(RIGHT + 24, TOP + (shown.length + 2) * ROW + 4, `and ${left} more classes`)] : []),
  ];
  return svg(RIGHT + LEGEND, BOTTOM + 64, [
    text(LEFT, 30, shortened(title, 80), { size: 16, bold: true }),
    ...axes(),
    ...shown.map(({ points, colour }) => curve(curves.recall, points, colour, 1.5)),
    curve(curves.recall, curves.precision, '#000', 3, '7 4'),
    curve(curves.recall, curves.precision50, '#000', 3),
    ...legend,
  ]);
}

function nameAndScore({ name, AP50 }: ClassScore): string {
  return `${shortened(name, 22)}: ${percent(AP50)}`;
}

function axes(): string[] {
  const grid = TICKS.flatMap((tick) => [
    line([xOf(tick), TOP], [xOf(tick), BOTTOM], '#ddd'),
    line([LEFT, yOf(tick)], [RIGHT, yOf(tick)], '#ddd'),
    text(xOf(tick), BOTTOM + 18, tick.toFixed(1), { anchor: 'middle' }),
    text(LEFT - 8, yOf(tick) + 4, tick.toFixed(1), { anchor: 'end' }),
  ]);
  return [
    ...grid,
    text((LEFT + RIGHT) / 2, BOTTOM + 44, 'recall', { size: 14, anchor: 'middle' }),
    text(20, (TOP + BOTTOM) / 2, 'precision', { size: 14, anchor: 'middle', turn: -90 }),
  ];
}

function curve(recall: readonly number[], points: Points, colour: string, width: number, dash = ''): string {
  const path = points.flatMap((precision, index) =>
    precision === null ? [] : [`${xOf(recall[index] ?? 0).toFixed(1)},${yOf(precision).toFixed(1)}`],
  );
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="${width}"${dashes}/>`;
}

function legendRow(row: number, colour: string, words: string, width: number, dash = ''): string {
  const y = TOP + row * ROW;
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  const sample = `<line x1="${RIGHT + 24}" y1="${y}" x2="${RIGHT + 50}" y2="${y}" stroke="${colour}" stroke-width="${width}"${dashes}/>`;
  return `${sample}\n${text(RIGHT + 58, y + 4, words)}`;
}

/** Multiples of the golden angle: neighbours differ. */
function colourOf(index: number): string {
  return `hsl(${Math.round((index * 137.508) % 360)}, 70%, 42%)`;
}

function xOf(recall: number): number {
  return LEFT + recall * SIDE;
}

function yOf(precision: number): number {
  return BOTTOM - precision * SIDE;
}
