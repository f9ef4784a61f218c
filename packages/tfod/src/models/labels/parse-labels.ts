import { TfodError } from '../../values/tfod-error';
import { checkLabels, type Label, type WrittenLabel } from './label-map';
import { parseTextProto, TextProtoError, type TextField } from './text-proto';

/**
 * Reads labels in the forms that teams have them in: a label map in protobuf's text format; JSON, as a list of names,
 * as a list or `categories` of `{ id, name }` (COCO), as `{ "1": "car" }` or `{ "car": 1 }`, also under `names` or
 * `id2label`; a plain list, one name a line, with or without the id in front. Names without ids count from 1, or from
 * 0 when the first of them is the background. Throws a `TfodError` with everything that is wrong.
 */
export function parseLabels(text: string, where: string, offset = 0): readonly Label[] {
  return checkLabels(readLabels(text.replace(/^\uFEFF/, ''), where), where, offset);
}

/** Whether a text is a label map in protobuf's text format, which services keep. */
export function isLabelMap(text: string): boolean {
  return /^(\s|#[^\n]*)*item\s*:?\s*[{<]/.test(text);
}

function readLabels(text: string, where: string): readonly WrittenLabel[] {
  // A binary file read as text: not one of the forms has a NUL.
  if (/[\0\uFFFD]/.test(text)) throw malformed(where, 'text in UTF-8', 'other bytes');
  if (isLabelMap(text)) return fromTextProto(text, where);
  if (/^\s*[[{]/.test(text)) return fromJson(text, where);
  return fromLines(text, where);
}

function fromTextProto(text: string, where: string): readonly WrittenLabel[] {
  try {
    return parseTextProto(text).map(({ name, value, line }) => {
      if (name !== 'item' || !Array.isArray(value)) {
        throw malformed(`${where}:${line}`, 'item { … }', name);
      }
      const id = lastOf(value, 'id');
      // Where an item has no name of either kind, runtimes show its id.
      return {
        id,
        name: lastOf(value, 'display_name') ?? lastOf(value, 'name') ?? `id:${String(id)}`,
        where: `line ${line}`,
      };
    });
  } catch (error) {
    if (!(error instanceof TextProtoError)) throw error;
    throw malformed(where, 'a label map in protobuf text format', error.message);
  }
}

/** Of a field that is repeated the last counts, as protobuf has it; an empty name is none. */
function lastOf(fields: readonly TextField[], name: string): unknown {
  const value = fields.filter((field) => field.name === name).at(-1)?.value;
  return value === '' ? undefined : value;
}

function fromJson(text: string, where: string): readonly WrittenLabel[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed(where, 'JSON', (error as SyntaxError).message);
  }
  const labels = labelsOfJson(value);
  if (labels === undefined) {
    throw malformed(
      where,
      'names by id, a list of names, or a list of { "id", "name" }',
      text.trim().slice(0, 60),
    );
  }
  return labels;
}

function labelsOfJson(value: unknown): readonly WrittenLabel[] | undefined {
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item === 'string')) return numbered(value, (at) => `item ${at + 1}`);
    return value.every(isObject) ? value.map(labelOfObject) : undefined;
  }
  if (!isObject(value)) return undefined;
  for (const key of ['categories', 'names', 'id2label', 'item']) {
    if (typeof value[key] === 'object') return labelsOfJson(value[key]);
  }
  const entries = Object.entries(value);
  if (entries.every(([key]) => /^-?\d+$/.test(key))) {
    return entries.map(([key, name]) => ({ id: Number(key), name, where: `"${key}"` }));
  }
  if (entries.every(([, id]) => typeof id === 'number')) {
    return entries.map(([name, id]) => ({ id, name, where: JSON.stringify(name) }));
  }
  return undefined;
}

function labelOfObject(
  { id, display_name: displayName, name, label }: Record<string, unknown>,
  at: number,
): WrittenLabel {
  return { id, name: displayName ?? name ?? label, where: `item ${at + 1}` };
}

const WITH_ID = /^\s*(-?\d+)\s*(?:[:,;=\t]|\s)\s*(\S.*)$/;

function fromLines(text: string, where: string): readonly WrittenLabel[] {
  const lines = text.replace(/\s+$/, '').split(/\r?\n/);
  const withIds = lines.map((line) => WITH_ID.exec(line));
  if (lines.length > 1 && withIds.every((match, at) => match !== null || lines[at]?.trim() === '')) {
    return withIds.flatMap((match, at) =>
      match ? [{ id: Number(match[1]), name: match[2], where: `line ${at + 1}` }] : [],
    );
  }
  const blank = lines.findIndex((line) => line.trim() === '');
  // Whether such a line stands for a class without a name cannot be known, and all ids after it depend on that.
  if (blank >= 0) throw malformed(`${where}:${blank + 1}`, 'a name on each line', 'an empty line');
  return numbered(lines, (at) => `line ${at + 1}`);
}

function numbered(names: readonly string[], whereOf: (at: number) => string): readonly WrittenLabel[] {
  const first = /^\s*(\?\?\?|_*background_*)\s*$/i.test(names[0] ?? '') ? 0 : 1;
  return names.map((name, at) => ({ id: first + at, name, where: whereOf(at) }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(where: string, expected: string, found: string): TfodError {
  return new TfodError({
    code: 'LABELS_MALFORMED',
    what: 'The labels cannot be read',
    where,
    expected,
    found,
    remedy: 'give a label map (*.pbtxt), JSON or a list with one name a line',
  });
}
