import { dirname, join } from 'node:path';
import { readOutline, type Outline } from './outline';
import { ReferenceReader, type Reference } from './references';

/** What the files of one service or runtime say. */
export interface ReadService {
  readonly outline: Outline;
  readonly references: readonly Reference[];
}

/** By the folder of each. */
export type ReadServices = ReadonlyMap<string, ReadService>;

/** Reads the services and runtimes with these tfod.json, each file once. */
export function readServices(workspaceRoot: string, files: readonly string[]): ReadServices {
  const reader = new ReferenceReader(workspaceRoot);
  return new Map(
    files.map((file) => {
      const outline = readOutline(join(workspaceRoot, file));
      const root = dirname(file);
      return [root, { outline, references: reader.of(root, outline) }];
    }),
  );
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
