import type { Image } from './image';
import { keptRecord, type KeptRecord } from './kept-records';

/** How many files a reason names before it counts the rest. */
const NAMED_FILES = 3;

/**
 * Why an image differs from the last one of its kind: one line for each input that changed, shortest way to
 * make the build go away first. `causeOf` tells why a parent changed. Empty when nothing did.
 */
export function changesSince(
  image: Image,
  before: KeptRecord,
  causeOf: (parent: string) => string | undefined,
): string[] {
  const after = keptRecord(image);
  const { record } = before;
  return [
    ...(record.schema === after.record.schema ? [] : ['this version of tfod makes other images']),
    ...(record.platform === after.record.platform ? [] : [`the platform is ${after.record.platform}`]),
    ...(record.dockerfile === after.record.dockerfile ? [] : [`${after.dockerfile} changed`]),
    ...argChanges(record.args, after.record.args),
    ...fileChanges(before.files, after.files),
    ...Object.keys(after.named).flatMap((name) =>
      fileChanges(before.named[name] ?? {}, after.named[name] ?? {}).map((change) => `${name}: ${change}`),
    ),
    ...differing(record.externals, after.record.externals).map(
      (ref) => `${ref} is now ${shortDigest(after.record.externals[ref])}`,
    ),
    ...differing(record.parents, after.record.parents).map((alias) => parentChange(alias, causeOf(alias))),
  ];
}

function parentChange(alias: string, cause: string | undefined): string {
  return cause === undefined ? `${alias} changed` : `${alias} changed (${cause})`;
}

function argChanges(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  return differing(before, after).map(
    (name) => `build argument ${name}: ${before[name] ?? 'none'} → ${after[name] ?? 'none'}`,
  );
}

function fileChanges(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  const paths = differing(before, after);
  const named = paths.slice(0, NAMED_FILES).map((path) => {
    if (!(path in before)) return `${path} added`;
    return path in after ? `${path} changed` : `${path} removed`;
  });
  const rest = paths.length - named.length;
  return rest > 0 ? [...named, `${rest} more files changed`] : named;
}

function differing(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]).sort();
}

function shortDigest(digest: string | undefined): string {
  return digest === undefined ? 'not used' : digest.slice(0, 'sha256:'.length + 12);
}
