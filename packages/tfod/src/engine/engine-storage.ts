import { hostname } from 'node:os';
import * as docker from './docker-commands';
import type { Builder } from './engine';
import type { RunCommand } from './run-command';

/** Where the engine keeps its images, if that is on this machine: an engine elsewhere has a folder of the same name. */
export async function storageFolder(run: RunCommand): Promise<string | undefined> {
  const ran = await run(docker.storagePlace());
  const [host, ...folder] = ran.stdout.trim().split(' ');
  return ran.code === 0 && host === hostname() && folder.length > 0 ? folder.join(' ') : undefined;
}

/** What the build cache holds; everything there could be when the builder does not tell. */
export async function cachedBytes(run: RunCommand, builder: Builder): Promise<number> {
  const ran = await run(docker.cacheUsage(builder.name));
  return readCachedBytes(ran.stdout) ?? Infinity;
}

const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** The last line of `docker buildx du`: `Total:		1.902GB`. */
export function readCachedBytes(stdout: string): number | undefined {
  const [, number, unit = ''] = /^Total:\s+([\d.]+)\s*([kKMGT]?B)\s*$/m.exec(stdout) ?? [];
  return number === undefined ? undefined : Number(number) * (UNITS[unit] ?? NaN);
}
