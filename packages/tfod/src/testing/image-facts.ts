import type { TreeEntry } from '../files/tree';
import type { ImageFacts } from '../images/facts';
import { chainLinks } from '../images/role';
import { digestOf, type Digest } from '../values/digest';
import { parsePlatform } from '../values/platform';

export const AMD64 = parsePlatform('linux/amd64');
export const ARM64 = parsePlatform('linux/arm64');
export const PYTHON = 'python:3.13-slim-trixie';
export const PINNED: Digest = digestOf('python');

/** The facts of one image of the chain of a service in apps/parking. */
export function imageFacts(name: string, overrides: FactsOverrides = {}): ImageFacts {
  const link = chainLinks(['cpu', 'gpu']).find((each) => each.name === name);
  if (!link) throw new Error(`no link ${name}`);
  const { files = {}, dockerfile = `FROM scratch\nLABEL of=${name}\n`, args = {}, ...rest } = overrides;
  return {
    link,
    platform: AMD64,
    dockerfile: {
      path: `apps/parking/${link.dockerfile}`,
      text: dockerfile,
      digest: digestOf(dockerfile),
      args,
    },
    context: { root: '/w/apps/parking', tree: { entries: Object.entries(files).map(fileEntry) } },
    named: {},
    externals: name === 'base' ? [PYTHON] : [],
    buildArgs: {},
    secrets: [],
    ...rest,
  };
}

export interface FactsOverrides extends Partial<Omit<ImageFacts, 'dockerfile'>> {
  /** Content by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly dockerfile?: string;
  readonly args?: Readonly<Record<string, string>>;
}

/** The facts of a whole chain of the CPU variant. */
export function chainFacts(overrides: Readonly<Record<string, FactsOverrides>> = {}): ImageFacts[] {
  return ['base', 'tf', 'service-cpu'].map((name) => imageFacts(name, overrides[name]));
}

function fileEntry([path, content]: readonly [string, string]): TreeEntry {
  return { path, type: 'file', executable: false, digest: digestOf(content), size: content.length };
}
