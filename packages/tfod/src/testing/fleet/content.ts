import { createHash } from 'node:crypto';

/** Everything that an image is made from, read out in full: two images with equal contents are the same image. */
export interface Content {
  readonly role: string;
  readonly variant: string | undefined;
  /** The lines of the stages that are used, without comments. */
  readonly dockerfile: readonly string[];
  /** The values of the arguments that these declare. */
  readonly args: Readonly<Record<string, string>>;
  /** What a builder sees, by path: a file's text and execute bit, a link's target, an empty folder. */
  readonly context: Readonly<Record<string, string>>;
  readonly named: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The digests of images of others. */
  readonly externals: Readonly<Record<string, string>>;
  /** The ids of the contents below, by the name that the Dockerfile has for each. */
  readonly parents: Readonly<Record<string, string>>;
}

export const seenFile = (text: string, executable: boolean): string =>
  `${executable ? 'program' : 'file'} ${text}`;
export const seenLink = (target: string): string => `link ${target}`;
export const SEEN_FOLDER = 'empty folder';

/** One text for one content. */
export function contentId(content: Content): string {
  const text = JSON.stringify(content, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex');
}
