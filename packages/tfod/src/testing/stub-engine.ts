import type { Engine } from '../engine/engine';

/** An engine that can do what it is given and nothing else. */
export function stubEngine(methods: Partial<Engine>): Engine {
  const refuse = (method: string) => async (): Promise<never> => {
    throw new Error(`the engine was asked for ${method}`);
  };
  return {
    name: 'Stub',
    open: refuse('open'),
    identity: refuse('identity'),
    openBuilder: refuse('openBuilder'),
    imagesWithLabel: refuse('imagesWithLabel'),
    inspect: refuse('inspect'),
    tag: refuse('tag'),
    untag: refuse('untag'),
    push: refuse('push'),
    pull: refuse('pull'),
    resolve: refuse('resolve'),
    storage: async () => undefined,
    cachedBytes: refuse('cachedBytes'),
    build: refuse('build'),
    commands: {
      build: ({ name }) => ({ file: 'build', args: [name] }),
      tag: (image, ref) => ({ file: 'tag', args: [image, ref] }),
      push: (ref) => ({ file: 'push', args: [ref] }),
      pull: (ref) => ({ file: 'pull', args: [ref] }),
    },
    ...methods,
  };
}
