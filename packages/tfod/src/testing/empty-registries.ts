import type { Registries } from '../registry/registry';

/** Registries that have nothing and are reached without a network; nothing can be put there. */
export const EMPTY_REGISTRIES: Registries = {
  open: (name) => ({
    name,
    head: async () => undefined,
    manifest: async () => undefined,
    config: async () => undefined,
    put: async () => Promise.reject(new Error(`nothing can be put into ${name}`)),
    mount: async () => false,
    checkPush: async () => Promise.reject(new Error(`nothing can be pushed to ${name}`)),
  }),
};
