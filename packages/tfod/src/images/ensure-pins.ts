import { join } from 'node:path';
import type { Engine } from '../engine/engine';
import { writeFileAtomic } from '../files/atomic-write';
import type { Digest } from '../values/digest';
import { formatPins, pinName, PINS_FILE, withPins, type Pins } from './pins';
import { Problems } from './problems';
import { readPins } from './read-pins';
import type { Machine } from './request';

export interface PinsToAdd {
  readonly pins: Pins;
  readonly unpinned: readonly string[];
}

/** Pins what has no pin yet, writes the lock file, and says so. */
export async function ensurePins(
  { pins, unpinned }: PinsToAdd,
  workspaceRoot: string,
  { engine, report }: Pick<Machine, 'engine' | 'report'>,
): Promise<Pins> {
  if (unpinned.length === 0) return pins;
  const added = await resolveAll(unpinned, engine);
  // Read again: another service may have added its own meanwhile.
  const all = withPins(await readPins(workspaceRoot), added);
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
