import { randomBytes } from 'node:crypto';

/**
 * A name that no other process gives to a container, whatever machines share the engine: in the containers of CI,
 * process ids are low and come again.
 */
export function containerName(purpose: string, what: string): string {
  return `tfod-${purpose}-${process.pid}-${what}-${randomBytes(6).toString('hex')}`;
}
