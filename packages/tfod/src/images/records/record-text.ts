import { canonicalJson } from '../canonical-json';
import type { Key } from '../key';
import { keyOf, type ImageRecord } from '../record';
import { foldMarks } from './fold-marks';
import type { KeptRecord, Marks } from './kept-record';

/** The label of an image that holds its kept record. */
export const RECORD_LABEL = 'dev.tfod.record';

/**
 * containerd takes no label whose name and value are longer, and the labels of an image become those of its
 * containers (containerd, `labels/validate.go`).
 */
const LABEL_BYTES = 4096;

/** The text of a kept record, by which it is stored. */
export function formatKeptRecord({ record, instructions, files, named, packages }: KeptRecord): string {
  return canonicalJson({ record, instructions: instructions.join(' '), files, named, packages });
}

/**
 * The same, short enough for a label: as little as must be is folded, the folders that lie deepest first, and the
 * packages of lock files are left out last. It is not compressed: no two versions of zlib need give the same bytes, and
 * the label is part of the image. Undefined for a record that is too long by itself.
 */
export function recordLabel(kept: KeptRecord): string | undefined {
  const room = LABEL_BYTES - RECORD_LABEL.length;
  for (const shorter of shorterRecords(kept)) {
    const text = formatKeptRecord(shorter);
    if (Buffer.byteLength(text) <= room) return text;
  }
  return undefined;
}

/** Undefined for a text that another version of tfod wrote, that was cut off, or that tells of another key. */
export function parseKeptRecord(text: string, key: Key): KeptRecord | undefined {
  try {
    const { record, instructions, files, named, packages } = JSON.parse(text) as Partial<
      Readonly<Record<string, unknown>>
    >;
    if (keyOf(record as ImageRecord) !== key || typeof instructions !== 'string') return undefined;
    if (!isTexts(files) || !isMapOfTexts(named) || !isMapOfTexts(packages)) return undefined;
    return {
      key,
      record: record as ImageRecord,
      instructions: instructions === '' ? [] : instructions.split(' '),
      files,
      named,
      packages,
    };
  } catch {
    return undefined;
  }
}

function* shorterRecords(kept: KeptRecord): Generator<KeptRecord> {
  yield kept;
  const paths = [kept.files, ...Object.values(kept.named)].flatMap((marks) => Object.keys(marks));
  const deepest = paths.reduce((most, path) => Math.max(most, path.split('/').length - 1), 0);
  for (let depth = deepest; depth >= 1; depth--) yield folded(kept, depth);
  for (let depth = deepest; depth >= 0; depth--) yield { ...folded(kept, depth), packages: {} };
}

function folded(kept: KeptRecord, depth: number): KeptRecord {
  const fold = (marks: Marks): Marks => foldMarks(marks, depth);
  const named = Object.entries(kept.named).map(([name, marks]) => [name, fold(marks)] as const);
  return { ...kept, files: fold(kept.files), named: Object.fromEntries(named) };
}

function isMapOfTexts(value: unknown): value is Readonly<Record<string, Readonly<Record<string, string>>>> {
  return typeof value === 'object' && value !== null && Object.values(value).every(isTexts);
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => typeof each === 'string')
  );
}
