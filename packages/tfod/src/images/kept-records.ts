import type { Image } from './image';
import type { Key } from './key';
import type { KeptRecord } from './records/kept-record';

/** What is known of images of the past. */
export interface KeptRecords {
  /** The key of the last image of each kind that this checkout built or found, by its name in the chain. */
  readonly last: LastKeys;
  /** What an image was made from, if this machine has kept it. */
  find(key: Key): KeptRecord | undefined;
}

/** By the name of the link and the platform. */
export type LastKeys = Readonly<Record<string, Key>>;

const VERSION = 1;

export function keptName({ facts, platform }: Pick<Image, 'facts' | 'platform'>): string {
  return `${facts.link.name} ${platform}`;
}

export function formatLastKeys(last: LastKeys): string {
  return `${JSON.stringify({ version: VERSION, last }, null, 1)}\n`;
}

/** None, for a text that another version of tfod wrote or that was cut off. */
export function parseLastKeys(text: string): LastKeys {
  try {
    const file = JSON.parse(text) as { version?: unknown; last?: LastKeys } | null;
    return file?.version === VERSION && file.last ? file.last : {};
  } catch {
    return {};
  }
}
