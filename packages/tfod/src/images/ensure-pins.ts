import { join } from 'node:path';
import type { Engine } from '../engine/engine';
import { writeFileAtomic } from '../files/atomic-write';
import { takeTurn } from '../files/turn';
import { digestOf, hexOf, type Digest } from '../values/digest';
import { unpinnedRefs } from './externals';
import { formatPins, pinName, PINS_FILE, withPins, type Pins } from './pins';
import { Problems } from './problems';
import { readPins } from './read-pins';
import { turnsFolder, type Machine } from './request';

export interface PinsToAdd {
  readonly pins: Pins;
  readonly unpinned: readonly string[];
}

/** Pins what has no pin yet, writes the lock file, and says so. Of several processes, the first one decides. */
export async function ensurePins(
  { pins, unpinned }: PinsToAdd,
  workspaceRoot: string,
  machine: Pick<Machine, 'engine' | 'report' | 'env'>,
): Promise<Pins> {
  if (unpinned.length === 0) return pins;
  const folder = join(turnsFolder(machine.env), `pins-${hexOf(digestOf(workspaceRoot)).slice(0, 16)}`);
  return takeTurn(folder, () => addPins(unpinned, workspaceRoot, machine), { purpose: PINS_FILE });
}

async function addPins(
  unpinned: readonly string[],
  workspaceRoot: string,
  { engine, report }: Pick<Machine, 'engine' | 'report'>,
): Promise<Pins> {
  const pins = await readPins(workspaceRoot);
  const added = await resolveAll(unpinnedRefs(unpinned, pins), engine);
  if (added.size === 0) return pins;
  const all = withPins(pins, added);
  await writeFileAtomic(join(workspaceRoot, PINS_FILE), formatPins(all));
  for (const [ref, digest] of added) report(`pinned ${ref} to ${digest}`);
  report(`Commit ${PINS_FILE}: it decides what is built.`);
  return all;
}

/** The pins that `ensurePins` would write now. */
export async function foreseePins(
  { pins, unpinned }: PinsToAdd,
  _workspaceRoot: string,
  { engine }: Pick<Machine, 'engine'>,
): Promise<Pins> {
  return unpinned.length === 0 ? pins : withPins(pins, await resolveAll(unpinned, engine));
}

/** The digest of each ref now; throws a TfodError with a problem for each that cannot be told. */
export async function resolveAll(
  refs: readonly string[],
  engine: Engine,
): Promise<ReadonlyMap<string, Digest>> {
  const problems = new Problems();
  const resolved = await Promise.all(
    refs.map(async (ref) => {
      const digest = await problems.attempt(() => engine.resolve(ref));
      return digest === undefined ? [] : ([[pinName(ref), digest]] as const);
    }),
  );
  problems.throwAny();
  return new Map(resolved.flat());
}
