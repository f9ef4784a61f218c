import { dirname } from 'node:path';
import { FilesSeen } from './files-seen';
import type { KeptReadings } from './kept-readings';
import { outlineIn, type Outline } from './outline';
import { ReferenceReader, type Reference } from './references';

/** What the files of one service or runtime say. */
export interface ReadService {
  readonly outline: Outline;
  readonly references: readonly Reference[];
}

/** By the folder of each. */
export type ReadServices = ReadonlyMap<string, ReadService>;

/** Reads the services and runtimes with these tfod.json, as far as it is not known what they say. */
export function readServices(
  workspaceRoot: string,
  marked: readonly string[],
  readings: KeptReadings,
): ReadServices {
  return new Map(
    marked.map((file) => [
      dirname(file),
      readings.of(`service ${file}`, (files) => readService(workspaceRoot, file, files)),
    ]),
  );
}

/** Reads the service or runtime with this tfod.json, each file once. */
export function readService(
  workspaceRoot: string,
  file: string,
  files = new FilesSeen(workspaceRoot),
): ReadService {
  const outline = outlineIn(files.read(file) ?? '');
  return { outline, references: new ReferenceReader(workspaceRoot, files).of(dirname(file), outline) };
}

let left: { readonly workspaceRoot: string; readonly services: ReadServices } | undefined;

/** Leaves what was read for the call that Nx makes next, in the same process. */
export function leaveServices(workspaceRoot: string, services: ReadServices): void {
  left = { workspaceRoot, services };
}

/**
 * Takes what was left. It can be had once: a graph that is made later, as a daemon does, is made from what the
 * files say then.
 */
export function takeServices(workspaceRoot: string): ReadServices {
  const taken = left?.workspaceRoot === workspaceRoot ? left.services : new Map();
  left = undefined;
  return taken;
}
