import type { Builder, EngineImage } from '../../engine/engine';
import { canClone } from '../../files/can-clone';
import { diskOf, type Disk } from '../../files/disk';
import { formatBytes } from '../../values/bytes';
import { TfodError } from '../../values/tfod-error';
import { KEY_LABEL } from '../labels';
import type { Plan } from '../plan';
import type { Machine } from '../request';
import { neededRoom, sentBytes, type NeededRoom } from './needed-room';

/** Set to `off`, nothing is checked. */
export const SWITCH = 'TFOD_DISK_CHECK';

export interface RoomRequest {
  readonly plan: Plan;
  readonly builder: Builder;
  /** Where the files for the builder are laid out. */
  readonly staging: string;
  /** Whether the engine's cache is left out. */
  readonly force: boolean;
}

/**
 * Refuses a build that cannot fit, before it begins: throws DISK_TOO_SMALL. Says nothing where it cannot know: an
 * engine on another machine, and images that the build cache may hold already.
 */
export async function checkRoom(request: RoomRequest, machine: Machine): Promise<void> {
  if (machine.env[SWITCH] === 'off') return;
  const toBuild = request.plan.filter(({ verdict }) => verdict === 'build');
  const { engine } = machine;
  const [place, present, staging] = await Promise.all([
    engine.storage(),
    engine.imagesWithLabel(KEY_LABEL),
    diskOf(request.staging),
  ]);
  const sent = toBuild.reduce((sum, planned) => sum + sentBytes(planned), 0);
  if (staging && sent > staging.availableBytes && !(await canClone(request.staging))) {
    throw tooSmall(request.staging, staging.availableBytes, [{ name: 'files for the builder', bytes: sent }]);
  }
  if (place === undefined) return;
  const disk = await diskOf(place);
  if (disk !== undefined) await checkEngine(place, disk, request, machine, present);
}

async function checkEngine(
  place: string,
  { freeBytes }: Disk,
  { plan, builder, force }: RoomRequest,
  { engine }: Machine,
  present: readonly EngineImage[],
): Promise<void> {
  const needs = neededRoom(
    plan.filter(({ verdict }) => verdict === 'build'),
    present,
  );
  const bytes = needs.reduce((sum, need) => sum + need.bytes, 0);
  if (bytes <= freeBytes) return;
  // What is cached takes no room again, and nobody can tell what is: all of the cache may be what is needed.
  const cached = force ? 0 : await engine.cachedBytes(builder);
  if (bytes > freeBytes + cached) throw tooSmall(place, freeBytes, needs);
}

function tooSmall(where: string, freeBytes: number, needs: readonly NeededRoom[]): TfodError {
  const bytes = needs.reduce((sum, need) => sum + need.bytes, 0);
  const parts = needs
    .filter((need) => need.bytes > 0)
    .map((need) => `${need.name} ${formatBytes(need.bytes)}`);
  return new TfodError({
    code: 'DISK_TOO_SMALL',
    what: 'What is to be built does not fit on the disk',
    where,
    expected: `about ${formatBytes(bytes)} (${parts.join(', ')})`,
    found: `${formatBytes(freeBytes)} free`,
    remedy: `nx g tfod:prune shows which images nobody needs; ${SWITCH}=off in the environment builds nevertheless`,
  });
}
