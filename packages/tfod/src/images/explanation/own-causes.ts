import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from '../image';
import type { ImageRecord } from '../record';
import { foldLike } from '../records/fold-marks';
import { instructionMarks, type KeptRecord, type Marks } from '../records/kept-record';
import type { Packages } from '../records/lock-packages';
import type { DockerfileCause, FileCause, OwnCause, PackageChange } from './cause';
import { newItems } from './new-items';

type Texts = Readonly<Record<string, string>>;

/** What differs between an image and one of the past, its parents aside. `after` is the record of the image. */
export function ownCauses(image: Image, after: KeptRecord, before: KeptRecord): readonly OwnCause[] {
  return [
    ...settingCauses(after.record, before.record),
    ...(after.record.dockerfile === before.record.dockerfile ? [] : [dockerfileCause(image, before)]),
    ...differing(before.record.args, after.record.args).map(
      (name) =>
        ({
          input: 'argument',
          name,
          ...beforeAndAfter(before.record.args, after.record.args, name),
        }) as const,
    ),
    ...contextCauses(image, after, before),
    ...differing(before.record.named, after.record.named).flatMap((name) =>
      namedCauses(name, image, after, before),
    ),
    ...differing(before.record.externals, after.record.externals).map(
      (ref) =>
        ({
          input: 'pin',
          ref,
          ...beforeAndAfter(before.record.externals, after.record.externals, ref),
        }) as const,
    ),
  ];
}

function settingCauses(after: ImageRecord, before: ImageRecord): OwnCause[] {
  return [
    ...(after.schema === before.schema
      ? []
      : [{ input: 'schema', before: before.schema, after: after.schema } as const]),
    ...(after.platform === before.platform
      ? []
      : [{ input: 'platform', before: before.platform, after: after.platform } as const]),
  ];
}

function dockerfileCause(image: Image, before: KeptRecord): DockerfileCause {
  const now = instructionMarks(image);
  const marks = now.map(({ mark }) => mark);
  const lines = newItems(marks, before.instructions).map((at) => now[at]?.line ?? 1);
  const removed = newItems(before.instructions, marks).length;
  return { input: 'dockerfile', path: image.facts.link.dockerfile, lines, removed };
}

function contextCauses({ facts }: Image, after: KeptRecord, before: KeptRecord): FileCause[] {
  if (after.record.context === before.record.context) return [];
  return fileCauses(after.files, before.files, facts.context.root).map((cause) => {
    const packages = packageChanges(after.packages[cause.path], before.packages[cause.path]);
    return packages.length === 0 ? cause : { ...cause, packages };
  });
}

function namedCauses(project: string, { facts }: Image, after: KeptRecord, before: KeptRecord): FileCause[] {
  const root = facts.named[project]?.root;
  const causes = fileCauses(after.named[project] ?? {}, before.named[project] ?? {}, root);
  return causes.map((cause) => ({ ...cause, project }));
}

/** At least one, since the digests of the trees differ: where no mark tells, the whole folder. */
function fileCauses(after: Marks, before: Marks, root: string | undefined): FileCause[] {
  const now = foldLike(after, before);
  const isOnDisk = (path: string): boolean => root !== undefined && existsSync(join(root, path));
  const causes = differing(before, now).map((path): FileCause => {
    const change = changeOf(before[path], now[path]);
    return { input: 'file', path, change: change === 'removed' && isOnDisk(path) ? 'left out' : change };
  });
  return causes.length > 0 ? causes : [{ input: 'file', path: './', change: 'changed' }];
}

function changeOf(before: string | undefined, after: string | undefined): FileCause['change'] {
  if (before === undefined) return 'added';
  if (after === undefined) return 'removed';
  return before.replace(/x$/, '') === after.replace(/x$/, '') ? 'mode' : 'changed';
}

function packageChanges(after: Packages | undefined, before: Packages | undefined): PackageChange[] {
  if (after === undefined || before === undefined) return [];
  return differing(before, after).map((name) => ({ name, ...beforeAndAfter(before, after, name) }));
}

function beforeAndAfter(before: Texts, after: Texts, name: string): { before?: string; after?: string } {
  return {
    ...(before[name] !== undefined && { before: before[name] }),
    ...(after[name] !== undefined && { after: after[name] }),
  };
}

/** The names whose values differ, sorted. */
export function differing(before: Texts, after: Texts): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]).sort();
}
