import { formatBytes } from '../../values/bytes';
import type { Plan } from '../../images/plan';
import type { Receipt } from '../../images/receipt';
import type { PlannedImage } from '../../images/plan';

/** What is there, what would be built, and why: further reasons stand below the first. */
export function planTable(plan: Plan): string {
  const rows = plan.flatMap(({ image, verdict, reasons }: PlannedImage) => {
    const [first = '', ...others] = reasons;
    return [[image.name, verdict, first], ...others.map((reason) => ['', '', reason])];
  });
  return table([['image', 'verdict', 'why'], ...rows]);
}

/** What was done, how long it took, and what came of it. */
export function receiptTable({ images, standsOn = [] }: Receipt): string {
  const several = new Set(images.map(({ platform }) => platform)).size > 1;
  const all = [
    ...standsOn.map((entry) => ({ ...entry, of: `${entry.service}-` })),
    ...images.map((entry) => ({ ...entry, of: '' })),
  ];
  const rows = all.map(({ of, role, variant, platform, verdict, seconds, bytes, tags, ref, reasons }) => [
    of + (role === 'service' ? `${role}-${variant}` : role) + (several ? ` ${platform}` : ''),
    verdict,
    verdict === 'present' ? '' : `${seconds.toFixed(1)} s`,
    formatBytes(bytes),
    tags[1] ?? ref,
    reasons.join('; '),
  ]);
  return table([['image', 'verdict', 'time', 'size', 'name', 'why'], ...rows]);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
