import { join } from 'node:path';
import { NO_PINS, parsePins, PINS_FILE, type Pins } from './pins';
import { readOptional } from './read-optional';

/** The pins of a workspace; none when there is no file. Throws PINS_MALFORMED. */
export async function readPins(workspaceRoot: string): Promise<Pins> {
  const text = await readOptional(join(workspaceRoot, PINS_FILE));
  return text === '' ? NO_PINS : parsePins(text);
}
