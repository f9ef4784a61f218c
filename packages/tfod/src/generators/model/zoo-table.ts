import type { Zoo, ZooModel } from '../../models/source/zoo';

/** The models of the zoo as a table, the fastest first. */
export function zooTable({ models }: Zoo): string {
  const rows = [...models]
    .sort((a, b) => (a.speedMs ?? Infinity) - (b.speedMs ?? Infinity) || (b.boxMap ?? 0) - (a.boxMap ?? 0))
    .map((model) => [`zoo:${model.slug}`, `${model.speedMs ?? '–'}`, mapOf(model), model.finds.join(', ')]);
  const head = ['source', 'ms', 'mAP', 'finds'];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = ([source = '', ms = '', map = '', finds = '']: readonly string[]) =>
    [source.padEnd(widths[0] ?? 0), ms.padStart(widths[1] ?? 0), map.padEnd(widths[2] ?? 0), finds]
      .join('  ')
      .trimEnd();
  return [
    line(head),
    ...rows.map(line),
    '',
    'ms: for one picture, on a machine that the zoo does not name. mAP: per cent on COCO, of boxes / of masks or keypoints.',
  ].join('\n');
}

function mapOf({ boxMap, maskMap, keypointMap }: ZooModel): string {
  const other = maskMap ?? keypointMap;
  const box = boxMap?.toFixed(1) ?? '–';
  return other === undefined ? box : `${box} / ${other.toFixed(1)}`;
}
