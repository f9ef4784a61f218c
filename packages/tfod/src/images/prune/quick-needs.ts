import type { Container } from '../../engine/image-store';
import type { Key } from '../key';
import { isBeingBuilt, type Candidate } from './candidate';
import type { Use } from './uses';

/** What can be known without a plan. */
export interface Known {
  readonly containers: readonly Container[];
  readonly uses: ReadonlyMap<Key, readonly Use[]>;
  /** By key, the receipts that name it. */
  readonly receipts: ReadonlyMap<Key, readonly string[]>;
  /** The workspaces whose needs are found out from their files. */
  readonly workspaces: readonly string[];
  readonly nowMs: number;
  readonly olderThanMs: number;
  /** Whether an image that nobody on this machine is known to have wanted may go. */
  readonly includeUnknown: boolean;
}

/** Every reason to keep an image that needs no plan to be found. */
export function quickNeeds(candidate: Candidate, known: Known): readonly string[] {
  const { image, key, given } = candidate;
  const uses = known.uses.get(key) ?? [];
  return [
    ...(given.length > 0 ? [`somebody named it ${given.join(' and ')}`] : []),
    ...known.containers
      .filter((container) => container.image === image.id)
      .map(({ name, state }) => `the container ${name} (${state}) is made from it`),
    ...(known.receipts.get(key) ?? []).map((receipt) => `${receipt} names it`),
    ...uses
      .filter(
        ({ workspaceRoot, workspace }) => workspace !== 'gone' && !known.workspaces.includes(workspaceRoot),
      )
      .map(({ workspaceRoot, workspace }) =>
        workspace === 'there'
          ? `another workspace uses it: ${workspaceRoot}`
          : `a workspace that cannot be reached may use it: ${workspaceRoot}`,
      ),
    ...recent(candidate, uses, known),
    ...(isBeingBuilt(candidate, known.nowMs) ? ['it is being built'] : []),
    ...(uses.length === 0 && !known.includeUnknown ? ['nothing on this machine tells who wants it'] : []),
  ];
}

function recent({ image }: Candidate, uses: readonly Use[], { nowMs, olderThanMs }: Known): string[] {
  const lastMs = Math.max(image.touchedMs, ...uses.map((use) => use.lastMs));
  const ageMs = nowMs - lastMs;
  return ageMs < olderThanMs ? [`it was used ${ageText(ageMs)} ago`] : [];
}

const HOUR = 3_600_000;

/** `5 h`, `3 d`. */
export function ageText(ms: number): string {
  if (ms < HOUR) return 'less than 1 h';
  return ms < 48 * HOUR ? `${Math.floor(ms / HOUR)} h` : `${Math.floor(ms / (24 * HOUR))} d`;
}
