import { formatBytes } from '../../values/bytes';
import type { PrunePlan } from '../../images/prune/prune-plan';
import type { PrunedItem } from './remove';

export interface Report {
  readonly applied: boolean;
  /** Whether the removal is about to begin, unless Nx was told to do nothing. */
  readonly asked: boolean;
  readonly items: readonly PrunedItem[];
  /** That were freed, or would be; about. */
  readonly bytes: number;
  readonly notes: readonly string[];
}

/** A plan that was not carried out. */
export function reportOf({ items, bytes, notes }: PrunePlan, asked: boolean): Report {
  return { applied: false, asked, items: items.map((item) => ({ ...item, removed: false })), bytes, notes };
}

/** What goes first, then what stays and why. */
export function reportText(report: Report): string {
  const { applied, items, notes } = report;
  if (items.length === 0) return 'The engine has no image that tfod built.';
  const ordered = [...items].sort((a, b) => Number(stays(a)) - Number(stays(b)));
  const lines = ordered.flatMap((item) => linesOf(item, applied));
  return [...lines, ...notes.map((note) => `Note: ${note}.`), sum(report)].join('\n');
}

export function reportDocument({ applied, items, bytes, notes }: Report): string {
  const images = items.map((item) => ({
    id: item.candidate.image.id,
    key: item.candidate.key,
    role: item.candidate.role,
    refs: item.candidate.image.refs,
    bytes: item.candidate.image.bytes,
    verdict: verdictOf(item, applied),
    reasons: item.reasons,
  }));
  return JSON.stringify({ applied, freedBytes: bytes, images, notes }, null, 2);
}

function linesOf(item: PrunedItem, applied: boolean): string[] {
  const { candidate, reasons } = item;
  const { image, own, given } = candidate;
  const names = [...own, ...given];
  const [first = '', ...others] = reasons;
  return [
    `${verdictOf(item, applied).padEnd(7)}  ${formatBytes(image.bytes).padStart(7)}  ${names[0] ?? image.id}`,
    ...[...(first === '' ? [] : [first]), ...others].map((reason) => `                  ${reason}`),
  ];
}

function verdictOf(item: PrunedItem, applied: boolean): 'keep' | 'remove' | 'removed' {
  if (stays(item)) return 'keep';
  return applied ? 'removed' : 'remove';
}

function stays({ reasons }: PrunedItem): boolean {
  return reasons.length > 0;
}

function sum({ applied, asked, items, bytes }: Report): string {
  const count = items.filter((item) => !stays(item)).length;
  const what = `${count} image${count === 1 ? '' : 's'}: about ${formatBytes(bytes)}`;
  if (applied) return `Removed ${what}.`;
  if (count === 0) return 'Nothing to remove. What the build cache holds, docker buildx du tells.';
  return asked
    ? `To be removed: ${what}.`
    : `Would remove ${what}. Nothing was removed; add --apply to do it.`;
}
