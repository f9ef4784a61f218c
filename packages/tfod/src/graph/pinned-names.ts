import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePins, PINS_FILE } from '../images/pins';

/** The names that mean images from elsewhere, for they have a pin; none from a file that cannot be read. */
export function pinnedNames(workspaceRoot: string): ReadonlySet<string> {
  try {
    return new Set(parsePins(readFileSync(join(workspaceRoot, PINS_FILE), 'utf8')).keys());
  } catch {
    return new Set();
  }
}
