import type { Tree } from '../files/tree';
import type { Image } from './image';
import type { Key } from './key';
import type { ImageRecord } from './record';

/**
 * What the last image of each kind was made from, kept to tell what changed since. Nothing is decided by it: a
 * lost file costs a reason, not a build.
 */
export interface KeptRecord {
  readonly key: Key;
  readonly record: ImageRecord;
  /** Relative to the workspace root. */
  readonly dockerfile: string;
  /** What the build context held, by path: a digest, a link's target, or a word for an empty folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly named: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** By the name of the link and the platform. */
export type KeptRecords = Readonly<Record<string, KeptRecord>>;

const VERSION = 1;

export function keptName({ facts, platform }: Pick<Image, 'facts' | 'platform'>): string {
  return `${facts.link.name} ${platform}`;
}

export function keptRecord({ key, record, facts }: Image): KeptRecord {
  const named = Object.entries(facts.named).map(([name, { tree }]) => [name, contentOf(tree)]);
  return {
    key,
    record,
    dockerfile: facts.dockerfile.path,
    files: contentOf(facts.context.tree),
    named: Object.fromEntries(named) as KeptRecord['named'],
  };
}

export function formatKeptRecords(records: KeptRecords): string {
  return `${JSON.stringify({ version: VERSION, records }, null, 1)}\n`;
}

/** Nothing, for a text that another version of tfod wrote or that was cut off. */
export function parseKeptRecords(text: string): KeptRecords {
  try {
    const file = JSON.parse(text) as { version?: unknown; records?: KeptRecords } | null;
    return file?.version === VERSION && file.records ? file.records : {};
  } catch {
    return {};
  }
}

function contentOf({ entries }: Tree): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.map((entry) => {
      switch (entry.type) {
        case 'file':
          return [entry.path, entry.executable ? `${entry.digest} executable` : entry.digest];
        case 'link':
          return [entry.path, `link to ${entry.target}`];
        case 'directory':
          return [entry.path, 'empty folder'];
      }
    }),
  );
}
