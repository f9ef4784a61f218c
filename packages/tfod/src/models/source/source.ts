import { homedir } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearestWord } from '../../values/nearest-word';
import { TfodError, type Problem } from '../../values/tfod-error';
import type { Zoo, ZooModel } from './zoo';

/** Where a model comes from, as it was asked for. */
export type Source =
  | { readonly kind: 'demo' }
  | { readonly kind: 'zoo'; readonly model: ZooModel }
  | { readonly kind: 'address'; readonly url: URL }
  /** A folder or an archive of this machine, absolute. */
  | { readonly kind: 'path'; readonly path: string };

const EXPECTED = 'demo, zoo:<slug>, https://….tar.gz, or the path of a folder or an archive';
const SHOWN = 5;

/** Reads `--source`; a relative path starts at the workspace root. Throws a `TfodError`. */
export function parseSource(written: string, workspaceRoot: string, zoo: Zoo): Source {
  const text = written.trim();
  if (text === 'demo') return { kind: 'demo' };
  if (text.startsWith('zoo:')) return { kind: 'zoo', model: zooModel(text.slice('zoo:'.length), zoo) };
  // One letter is a drive of Windows.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'https' || scheme === 'http') return { kind: 'address', url: parseAddress(text) };
  if (scheme === 'file' && URL.canParse(text)) return { kind: 'path', path: fileURLToPath(text) };
  if (scheme !== undefined) throw unsupported(text, scheme);
  if (text === '')
    throw new TfodError(refuse('There is no source', text, 'give one; --list shows the models of the zoo'));
  const path = text.replace(/^~(?=\/|$)/, homedir());
  return { kind: 'path', path: isAbsolute(path) ? path : resolve(workspaceRoot, path) };
}

/** The source as the lock and model.json have it, without anything of this machine in it. */
export function sourceText(source: Source): string {
  switch (source.kind) {
    case 'demo':
      return 'demo';
    case 'zoo':
      return `zoo:${source.model.slug}`;
    case 'address':
      return source.url.href;
    case 'path':
      return `file:${source.path.split(/[/\\]/).at(-1) ?? ''}`;
  }
}

/** The address of what can be fetched; nothing of this machine has one. */
export function addressOf(source: Source): URL | undefined {
  if (source.kind === 'zoo') return new URL(source.model.url);
  return source.kind === 'address' ? source.url : undefined;
}

function zooModel(slug: string, { models }: Zoo): ZooModel {
  const found = models.find((model) => model.slug === slug);
  if (found) return found;
  const slugs = models.map((model) => model.slug);
  const words = slug.toLowerCase().split(/[^a-z0-9]+/);
  const alike = slugs
    .filter((each) => slug !== '' && words.every((word) => each.includes(word)))
    .slice(0, SHOWN);
  const nearest = nearestWord(slug, slugs);
  const meant = alike.length > 0 ? alike : nearest === undefined ? [] : [nearest];
  throw new TfodError({
    code: 'MODEL_NOT_IN_ZOO',
    what: `The zoo has no model ${JSON.stringify(slug)}`,
    where: '--source',
    ...(meant.length > 0 && { expected: meant.map((each) => `zoo:${each}`).join(', ') }),
    found: `zoo:${slug}`,
    remedy:
      meant.length > 0 ? 'did you mean one of these? --list shows all' : '--list shows all of its models',
  });
}

/** Locks are committed, and so is the address in them. */
function parseAddress(text: string): URL {
  if (!URL.canParse(text)) throw new TfodError(refuse('This is not an address', text, 'correct it'));
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    const remedy =
      'download the archive by hand and give its path; the address would be committed with its password';
    url.username = '';
    url.password = '';
    throw new TfodError(refuse('There is a password in the address', url.href, remedy));
  }
  url.hash = '';
  return url;
}

function unsupported(text: string, scheme: string): TfodError {
  const remedy = `download it with the tool of ${scheme}: and give the path, or an https:// address of the same file`;
  return new TfodError(refuse(`A source of ${scheme}: cannot be read`, text, remedy));
}

function refuse(what: string, found: string, remedy: string): Problem {
  return {
    code: 'MODEL_SOURCE',
    what,
    where: '--source',
    expected: EXPECTED,
    found: JSON.stringify(found),
    remedy,
  };
}
