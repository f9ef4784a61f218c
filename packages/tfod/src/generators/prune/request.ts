import { TfodError, type Problem } from '../../values/tfod-error';
import type { PruneOptions } from './schema';

export interface PruneRequest {
  readonly apply: boolean;
  readonly olderThanMs: number;
  /** Patterns of the branches and tags whose needs count; undefined: all. */
  readonly branches?: readonly RegExp[];
  readonly includeUnknown: boolean;
  readonly json: boolean;
}

const DEFAULT_AGE = '7d';
const HOUR_MS = 3_600_000;
const UNITS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };

/** Brings the options into one form; throws a TfodError with everything that is wrong with them. */
export function pruneRequest(options: PruneOptions): PruneRequest {
  const { olderThan = DEFAULT_AGE, branches } = options;
  const olderThanMs = ageOf(String(olderThan));
  if (olderThanMs === undefined) throw new TfodError(ageMalformed(String(olderThan)));
  const patterns = branches === undefined ? undefined : [branches].flat().map(patternOf);
  return {
    apply: options.apply ?? false,
    olderThanMs,
    ...(patterns !== undefined && { branches: patterns }),
    includeUnknown: options.includeUnknown ?? false,
    json: options.json ?? false,
  };
}

/** Nothing that was used within an hour goes: whoever uses it may be about to start a container. */
function ageOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? NaN);
  return ms >= HOUR_MS ? ms : undefined;
}

function ageMalformed(found: string): Problem {
  return {
    code: 'AGE_MALFORMED',
    what: 'This is no age for images to have',
    where: '--olderThan',
    expected: 'hours, days or weeks, at least an hour: 1h, 7d, 4w',
    found,
    remedy: `correct the option, or leave it out for ${DEFAULT_AGE}`,
  };
}

/** `*` for any letters but `/`, `**` for any. */
function patternOf(text: string): RegExp {
  const parts = text.split(/(\*\*|\*)/).map((part) => {
    if (part === '**') return '.*';
    return part === '*' ? '[^/]*' : part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`);
}
