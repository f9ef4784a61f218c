import type { Cause, FileCause } from '../../images/explanation/cause';
import { contentId, type Content } from './content';
import { without } from './edit';

/** An explanation that names what is the same, or from which nothing follows. */
export class Unfounded extends Error {}

/** The contents that are known, by their ids. */
export type Contents = ReadonlyMap<string, Content>;

/**
 * The content with everything put back that an explanation names, and nothing else. When the explanation is right,
 * this is the content that the image was compared with.
 */
export function putBack(
  now: Content,
  before: Content,
  causes: readonly Cause[],
  contents: Contents,
): Content {
  return causes.reduce((content, cause) => {
    const next = withPutBack(content, before, cause, contents);
    if (contentId(next) === contentId(content)) throw new Unfounded(`${JSON.stringify(cause)} is as before`);
    return next;
  }, now);
}

function withPutBack(now: Content, before: Content, cause: Cause, contents: Contents): Content {
  switch (cause.input) {
    case 'dockerfile':
      return { ...now, dockerfile: before.dockerfile };
    case 'argument':
      return { ...now, args: withEntry(now.args, before.args, (name) => name === cause.name) };
    case 'pin':
      return { ...now, externals: withEntry(now.externals, before.externals, (ref) => ref === cause.ref) };
    case 'file':
      return withFile(now, before, cause);
    case 'parent': {
      const id = cause.causes ? parentPutBack(now, before, cause, contents) : before.parents[cause.alias];
      return { ...now, parents: withValue(now.parents, cause.alias, id) };
    }
    default:
      throw new Unfounded(`${cause.input} never changes here`);
  }
}

function withFile(now: Content, before: Content, { project, path }: FileCause): Content {
  const isMeant = (each: string): boolean =>
    path === './' || (path.endsWith('/') ? each.startsWith(path) : each === path);
  if (project === undefined) return { ...now, context: withEntry(now.context, before.context, isMeant) };
  const seen = withEntry(now.named[project] ?? {}, before.named[project] ?? {}, isMeant);
  const isGone = Object.keys(seen).length === 0 && !(project in before.named);
  return { ...now, named: withValue(now.named, project, isGone ? undefined : seen) };
}

/** Without the name, for a value that is undefined. */
function withValue<Value>(
  record: Readonly<Record<string, Value>>,
  name: string,
  value: Value | undefined,
): Readonly<Record<string, Value>> {
  return value === undefined ? without(record, name) : { ...record, [name]: value };
}

type ParentCause = Cause & { readonly input: 'parent' };

function parentPutBack(
  now: Content,
  before: Content,
  { alias, causes = [] }: ParentCause,
  contents: Contents,
): string {
  const [parent, was] = [now, before].map(({ parents }) => contents.get(parents[alias] ?? ''));
  if (!parent || !was) throw new Unfounded(`${alias} is explained and is no parent of both`);
  return contentId(putBack(parent, was, causes, contents));
}

function withEntry(
  now: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
  isMeant: (name: string) => boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...Object.entries(now).filter(([name]) => !isMeant(name)),
    ...Object.entries(before).filter(([name]) => isMeant(name)),
  ]);
}
