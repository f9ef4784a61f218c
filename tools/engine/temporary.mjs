// @ts-check
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Does work in a new folder that lies on the same file system as what the work makes, so that the result can be renamed
 * into its place, and removes the folder afterwards.
 *
 * @template T
 * @param {import('./layout.mjs').Layout} layout
 * @param {string} name
 * @param {(folder: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withTemporaryFolder(layout, name, work) {
  mkdirSync(layout.temporary, { recursive: true });
  const folder = mkdtempSync(join(layout.temporary, `${name}-`));
  try {
    return await work(folder);
  } finally {
    remove(folder);
  }
}

/**
 * Removes what a killed command left. Only for the holder of the lock.
 *
 * @param {import('./layout.mjs').Layout} layout
 */
export function removeLeftovers(layout) {
  mkdirSync(layout.temporary, { recursive: true });
  for (const name of readdirSync(layout.temporary)) remove(join(layout.temporary, name));
}

/** @param {string} folder */
function remove(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
