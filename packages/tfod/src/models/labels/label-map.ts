import { TfodError, type Problem } from '../../values/tfod-error';

/** The name of a class by its id. */
export interface Label {
  readonly id: number;
  readonly name: string;
}

/** A label as a file has it, before anything was checked. */
export interface WrittenLabel {
  readonly id: unknown;
  readonly name: unknown;
  /** Where in the file, for messages: a line, a key. */
  readonly where: string;
}

/** Names with which lists fill the places of ids that mean no class. */
const PLACEHOLDERS = new Set(['???', 'n/a', 'na']);
const BACKGROUND = new Set(['background', '__background__', 'bg', ...PLACEHOLDERS]);
const SHOWN = 8;

/**
 * Labels sorted by id, ids from 1 and each once; throws a `TfodError` with everything that is wrong. `offset` is
 * added to every id.
 */
export function checkLabels(
  written: readonly WrittenLabel[],
  where: string,
  offset: number,
): readonly Label[] {
  const faults: Fault[] = [];
  const labels = written
    .flatMap((label) => labelOf(label, offset, faults))
    .filter(({ name }) => !isPlaceholder(name));
  const classes = labels.filter(({ id, name }) => id !== 0 || !BACKGROUND.has(name.toLowerCase()));
  const problems = [
    ...groupFaults(faults, where),
    ...rangeProblems(classes, where, offset),
    ...duplicateProblems(classes, where),
    ...(written.length > 0 && (faults.length > 0 || classes.length > 0) ? [] : [empty(where)]),
  ];
  if (problems.length > 0) throw new TfodError(problems);
  return classes.sort((a, b) => a.id - b.id);
}

/** What a person should know of labels that are right: names that two ids share. */
export function labelNotes(labels: readonly Label[]): readonly string[] {
  const names = labels.map(({ name }) => name);
  const shared = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  if (shared.length === 0) return [];
  return [`${listed(shared)} is the name of several ids, which summaries by name will count together`];
}

/** Labels as a `StringIntLabelMap` of the Object Detection API, in protobuf's text format. */
export function formatLabelMap(labels: readonly Label[]): string {
  return labels
    .map(({ id, name }) => `item {\n  name: ${quote(name)}\n  id: ${id}\n  display_name: ${quote(name)}\n}\n`)
    .join('\n');
}

/** How many classes a model tells apart, where its signature tells, and what is added to the ids that it gives. */
export interface Head {
  readonly classes: number | undefined;
  readonly offset: number;
}

/** Ids that no class of the model can have. */
export function beyondHead(
  labels: readonly Label[],
  { classes, offset }: Head,
  where: string,
): readonly Problem[] {
  const last = classes === undefined ? Infinity : classes + offset;
  const beyond = labels.filter(({ id }) => id > last);
  if (beyond.length === 0) return [];
  return [
    {
      code: 'LABELS_BEYOND_HEAD',
      what: `There are labels for classes that the model does not have`,
      where,
      expected: `ids up to ${last}, as many as the outputs of the model are wide`,
      found: listed(beyond.map(({ id, name }) => `${id} ${name}`)),
      remedy:
        'give the label map that the model was trained with, by --labels, and a --labelOffset if it counts otherwise',
    },
  ];
}

interface Fault {
  readonly kind: 'id' | 'name';
  readonly text: string;
}

function labelOf({ id, name, where }: WrittenLabel, offset: number, faults: Fault[]): Label[] {
  const text = typeof name === 'string' ? name.trim() : '';
  const number = typeof id === 'number' && Number.isSafeInteger(id) ? id + offset : undefined;
  if (number === undefined) faults.push({ kind: 'id', text: `${where}: ${JSON.stringify(id) ?? 'no id'}` });
  if (text === '') faults.push({ kind: 'name', text: `${where}: ${JSON.stringify(name) ?? 'no name'}` });
  return number === undefined || text === '' ? [] : [{ id: number, name: text }];
}

function isPlaceholder(name: string): boolean {
  return PLACEHOLDERS.has(name.toLowerCase());
}

function groupFaults(faults: readonly Fault[], where: string): readonly Problem[] {
  const told = {
    id: { what: 'Labels have ids that are no whole numbers', expected: 'ids such as 1, 2, 3' },
    name: { what: 'Labels have no names', expected: 'a name in words for each id' },
  } as const;
  return (['id', 'name'] as const).flatMap((kind) => {
    const texts = faults.filter((fault) => fault.kind === kind).map(({ text }) => text);
    if (texts.length === 0) return [];
    return [invalid({ ...told[kind], where, found: listed(texts), remedy: 'correct the file' })];
  });
}

function rangeProblems(labels: readonly Label[], where: string, offset: number): readonly Problem[] {
  const below = labels.filter(({ id }) => id < 1);
  const lowest = Math.min(...below.map(({ id }) => id));
  if (below.length === 0) return [];
  return [
    {
      code: 'LABELS_OFFSET',
      what: 'Ids of classes start at 1; 0 is the background',
      where,
      found: listed(below.map(({ id, name }) => `${id} ${name}`)),
      remedy: `add --labelOffset=${offset + 1 - lowest} if this file counts from ${lowest - offset} where the model counts from 1`,
    },
  ];
}

function duplicateProblems(labels: readonly Label[], where: string): readonly Problem[] {
  const ids = labels.map(({ id }) => id);
  const twice = labels.filter(({ id }) => ids.indexOf(id) !== ids.lastIndexOf(id));
  if (twice.length === 0) return [];
  const found = listed(twice.map(({ id, name }) => `${id} ${name}`));
  return [
    invalid({
      what: 'An id has several names',
      where,
      expected: 'each id once',
      found,
      remedy: 'correct the file',
    }),
  ];
}

function empty(where: string): Problem {
  return invalid({
    what: 'There is not one label',
    where,
    remedy: 'give a name for each class of the model',
  });
}

function invalid(facts: Omit<Problem, 'code'>): Problem {
  return { code: 'LABELS_INVALID', ...facts };
}

function listed(items: readonly string[]): string {
  return `${items.slice(0, SHOWN).join(', ')}${items.length > SHOWN ? ` and ${items.length - SHOWN} more` : ''}`;
}

function quote(name: string): string {
  const escaped = name
    .replace(/["\\]/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t');
  return `"${escaped}"`;
}
