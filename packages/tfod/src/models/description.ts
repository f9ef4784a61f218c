import { hexOf, type Digest } from '../values/digest';
import type { Family } from './signature/family';
import type { Tensor } from './signature/signature';

/** All that a model.json says. */
export interface Description {
  readonly name: string;
  readonly source: string;
  readonly family: Family;
  /** Of the tree of the SavedModel. */
  readonly digest: Digest;
  /** Of its files together. */
  readonly bytes: number;
  readonly input: Tensor;
  readonly outputs: readonly Tensor[];
  /** How many classes have labels. */
  readonly classes: number;
  /** As its maker names it; null when nobody said. */
  readonly licence: string | null;
  /** What the runtime cannot read off the signature, as a person wrote it. */
  readonly adapter?: object;
}

/**
 * The text of a model.json, one line for each fact and each output. What a person wrote into the one that is there
 * stays: the licence and the adapter, as long as it is the same model and no other is given, and keys that are not ours.
 */
export function formatDescription(description: Description, existing: string | undefined): string {
  const old = objectOf(existing);
  const isSame = old['digest'] === description.digest;
  const licence = description.licence ?? (isSame ? (old['licence'] ?? null) : null);
  const adapter = keptAdapter(description, existing);
  const facts = {
    ...description,
    licence,
    ...(adapter !== undefined && { adapter }),
    ...foreign(old, description),
  };
  const lines = Object.entries(facts).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${formatValue(value)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** The adapter that a model.json will have: the one that is given, or what a person wrote for the same model. */
export function keptAdapter(
  { digest, adapter }: Pick<Description, 'digest' | 'adapter'>,
  existing: string | undefined,
): unknown {
  const old = objectOf(existing);
  return adapter ?? (old['digest'] === digest ? old['adapter'] : undefined);
}

/** What an adapter adds to the class ids that the model gives; 0 when it says nothing. */
export function classOffsetOf(adapter: unknown): number {
  const { classOffset } = (adapter ?? {}) as { classOffset?: unknown };
  return typeof classOffset === 'number' ? classOffset : 0;
}

function foreign(old: Record<string, unknown>, description: Description): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(old).filter(([key]) => !(key in description) && key !== 'adapter'),
  );
}

function formatValue(value: unknown): string {
  if (!Array.isArray(value)) return formatLine(value);
  return `[\n${value.map((item) => `    ${formatLine(item)}`).join(',\n')}\n  ]`;
}

/** One line with a space after each comma and colon. */
function formatLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${formatLine(each)}`);
  return `{${entries.join(', ')}}`;
}

function objectOf(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {}; // what cannot be read holds nothing that could be kept
  }
}

/** Few digits of a digest, for a person to tell two apart. */
export function shortDigest(digest: Digest): string {
  return hexOf(digest).slice(0, 12);
}
