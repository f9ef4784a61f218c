import { canonicalInstructions } from '../../dockerfile/sources';
import { parseDockerfile } from '../../dockerfile/parse';
import type { Tree, TreeEntry } from '../../files/tree';
import { digestOf, hexOf } from '../../values/digest';
import type { Image } from '../image';
import type { Key } from '../key';
import type { ImageRecord } from '../record';
import { lockedPackages, type Packages } from './lock-packages';

/** By path: a few digits of what is there, enough to see that it changed. A folder that stands for all in it ends with `/`. */
export type Marks = Readonly<Record<string, string>>;

/**
 * What an image was made from, kept to tell later what changed. Nothing is decided by it: a lost one costs a
 * reason, not a build. All of it follows from the record, so that two builds of one key keep the same.
 */
export interface KeptRecord {
  readonly key: Key;
  readonly record: ImageRecord;
  /** Of the Dockerfile, in order. Lines are left out: comments move them, and no key knows of it. */
  readonly instructions: readonly string[];
  /** Of the build context. */
  readonly files: Marks;
  /** Of each named folder. */
  readonly named: Readonly<Record<string, Marks>>;
  /** What each lock file of the context locks. */
  readonly packages: Readonly<Record<string, Packages>>;
}

/** 48 bits: a change is seen but once in 3·10¹⁴. */
const FILE_DIGITS = 12;
const INSTRUCTION_DIGITS = 8;

export function keptRecord(image: Image): KeptRecord {
  const { key, record, facts } = image;
  const named = Object.entries(facts.named).map(([name, { tree }]) => [name, marksOf(tree)] as const);
  return {
    key,
    record,
    instructions: instructionMarks(image).map(({ mark }) => mark),
    files: marksOf(facts.context.tree),
    named: Object.fromEntries(named),
    packages: lockedPackages(facts.context),
  };
}

/** Each instruction of an image's Dockerfile that counts, and the line where it begins. */
export function instructionMarks({
  facts,
}: Image): readonly { readonly mark: string; readonly line: number }[] {
  const { text, path } = facts.dockerfile;
  return canonicalInstructions(parseDockerfile(text, path)).map(({ text: instruction, line }) => ({
    mark: digits(instruction, INSTRUCTION_DIGITS),
    line,
  }));
}

function marksOf({ entries }: Tree): Marks {
  return Object.fromEntries(entries.map((entry) => [entry.path, markOf(entry)]));
}

function markOf(entry: TreeEntry): string {
  switch (entry.type) {
    case 'file':
      return hexOf(entry.digest).slice(0, FILE_DIGITS) + (entry.executable ? 'x' : '');
    case 'link':
      return `>${digits(entry.target, FILE_DIGITS)}`;
    case 'directory':
      return '/';
  }
}

function digits(text: string, count: number): string {
  return hexOf(digestOf(text)).slice(0, count);
}
