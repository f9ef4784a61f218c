import { imageContent } from '../../registry/manifest';
import type { RepositoryInRegistry } from '../../registry/registry';
import type { Digest } from '../../values/digest';
import type { prove as Prove, seedsOf as SeedsOf } from './prove';

type Module = Readonly<Record<string, unknown>>;
type Fn = (...args: never[]) => unknown;

/** Loads the product with one function made wrong, and everything that stands on it. */
async function proveWith(edits: readonly string[], module: string, name: string, wrong: (right: Fn) => Fn) {
  let proved: ReturnType<typeof Prove> | undefined;
  jest.isolateModules(() => {
    jest.doMock(module, () => {
      const right: Module = jest.requireActual(module);
      return { ...right, [name]: wrong(right[name] as Fn) };
    });
    const { prove, seedsOf } = jest.requireActual<{ prove: typeof Prove; seedsOf: typeof SeedsOf }>(
      './prove',
    );
    proved = prove(seedsOf(3, 1000), { tries: 0, only: edits });
    jest.dontMock(module);
  });
  return proved as NonNullable<typeof proved>;
}

/** After the right function has answered. */
const then =
  <Answer>(change: (answer: Answer) => unknown) =>
  (right: Fn): Fn =>
  (...args) => {
    const answer = right(...args);
    return answer instanceof Promise ? answer.then(change) : change(answer as Answer);
  };

interface Entries {
  readonly entries: readonly { readonly path: string; readonly target?: string }[];
}

/** Each a fault that a tool of this kind has had, and the edits by which it shows. */
const FAULTS: readonly (readonly [string, readonly string[], string, string, (right: Fn) => Fn])[] = [
  [
    'the execute bit is not hashed',
    ['execute bit'],
    '../../files/hash-files',
    'hashFile',
    then((file: object) => ({ ...file, executable: false })),
  ],
  [
    'only the last part of a path is hashed',
    ['move a folder', 'move', 'content'],
    '../../files/tree',
    'treeDigest',
    (right) =>
      (({ entries }: Entries) =>
        right({
          entries: entries.map((entry) => ({ ...entry, path: entry.path.split('/').at(-1) })),
        } as never)) as Fn,
  ],
  [
    'the target of a link is not hashed',
    ['retarget a link', 'content'],
    '../../files/tree',
    'treeDigest',
    (right) =>
      (({ entries }: Entries) =>
        right({
          entries: entries.map((entry) => ({ ...entry, ...('target' in entry && { target: '' }) })),
        } as never)) as Fn,
  ],
  ['bind mounts are not seen', ['content'], '../../dockerfile/mounts', 'mountsOf', then(() => [])],
  [
    'build arguments are not part of the key',
    ['build argument', 'content'],
    '../../images/record',
    'keyOf',
    (right) => ((record: object) => right({ ...record, args: {} } as never)) as Fn,
  ],
  [
    'named contexts are not part of the key',
    ['content'],
    '../../images/record',
    'keyOf',
    (right) => ((record: object) => right({ ...record, named: {} } as never)) as Fn,
  ],
  [
    'digests of images of others are not part of the key',
    ['digest of the lock', 'content'],
    '../../images/record',
    'keyOf',
    (right) => ((record: object) => right({ ...record, externals: {} } as never)) as Fn,
  ],
  [
    'parents are not part of the key',
    ['content'],
    '../../images/record',
    'keyOf',
    (right) => ((record: object) => right({ ...record, parents: {} } as never)) as Fn,
  ],
  [
    'comments are part of the key',
    ['comment in a Dockerfile', 'content'],
    '../../dockerfile/sources',
    'canonicalText',
    (right) =>
      ((file: { stages: { instructions: { line: number }[] }[] }) =>
        `${String(right(file as never))}${file.stages.at(-1)?.instructions.at(-1)?.line}`) as Fn,
  ],
  [
    'the last line of an ignore file does not count',
    ['add a line to an ignore file', 'remove a line from an ignore file', 'add'],
    '../../dockerfile/dockerignore',
    'parseIgnore',
    (right) => ((text: string) => right(text.split('\n').slice(0, -2).join('\n') as never)) as Fn,
  ],
  [
    'the ignore file of a Dockerfile is not looked for',
    ['ignore file of one Dockerfile', 'remove a line from an ignore file'],
    '../../dockerfile/dockerignore',
    'ignoreFileFor',
    () => () => '.dockerignore',
  ],
  [
    'a tag of a registry is believed without its label',
    ['content', 'all images removed', 'tag of the registry overwritten'],
    '../../images/look-up/sight',
    'verify',
    (right) =>
      (async (image: object, digest: string, repository: RepositoryInRegistry) => {
        const manifest = await repository.manifest(digest as Digest);
        const content = manifest && imageContent(manifest);
        const config = content && (await repository.config(content));
        return right(
          { ...image, key: config?.labels['dev.tfod.key'] } as never,
          digest as never,
          repository as never,
        );
      }) as Fn,
  ],
  [
    'a name is believed without its label',
    ['name taken by another image of ours', 'content'],
    '../../images/key',
    'carriesKey',
    () => () => true,
  ],
];

describe('random edits find a product that is wrong', () => {
  it.each(FAULTS)(
    '%s',
    async (_title, edits, module, name, wrong) => {
      const { refutation } = await proveWith(edits, module, name, wrong);
      expect(refutation?.message).toMatch(/^after "/);
    },
    300_000,
  );
});
