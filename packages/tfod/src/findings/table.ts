import type { Finding } from './finding';

const WIDEST = 100;

/** A line for each check, then what is to be known about those that did not pass. */
export function findingsTable(checks: readonly Finding[]): string {
  const rows = [['check', 'status', 'owner', 'found'], ...folded(checks)];
  const details = checks.filter(({ status }) => status === 'fail' || status === 'warn').map(detail);
  return [aligned(rows), ...details].join('\n\n');
}

/** Checks of one stage that were skipped for one reason, one after the other, share a line. */
function folded(checks: readonly Finding[]): string[][] {
  const groups: Finding[][] = [];
  for (const check of checks) {
    const last = groups.at(-1);
    if (last?.[0] && isSameSkip(last[0], check)) last.push(check);
    else groups.push([check]);
  }
  return groups.map((group) => row(group as [Finding, ...Finding[]]));
}

function isSameSkip(a: Finding, b: Finding): boolean {
  return a.status === 'skip' && b.status === 'skip' && a.stage === b.stage && a.found === b.found;
}

function row([first, ...others]: readonly [Finding, ...Finding[]]): string[] {
  const { id, stage, status, owner, found } = first;
  const name = others.length === 0 ? id : `${stage}: ${others.length + 1} checks`;
  const passed = status === 'pass' || status === 'skip';
  return [name, status, passed ? '' : owner, shortened(found)];
}

function shortened(text: string): string {
  const [line = '', ...more] = text.split('\n');
  return line.length > WIDEST || more.length > 0 ? `${line.slice(0, WIDEST)} …` : line;
}

/** Everything about one finding, indented lines under its id. */
function detail({ id, status, owner, found, expected, hint, docs }: Finding): string {
  const facts = [
    ['found', found],
    ['expected', expected],
    ['next step', hint],
    ['see', docs],
  ].filter(([, text]) => text !== '');
  const lines = facts.map(
    ([title = '', text = '']) => `  ${title.padEnd(9)} ${text.replaceAll('\n', `\n${' '.repeat(12)}`)}`,
  );
  return [`${status} ${id} (owner: ${owner})`, ...lines].join('\n');
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => (cells[column] ?? '').length)),
  );
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
