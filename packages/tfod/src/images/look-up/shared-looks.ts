import type { Registries, RepositoryInRegistry } from '../../registry/registry';

/** Registries that are asked once for each thing, however many services want to know it. */
export function sharedLooks(registries: Registries): Registries {
  const opened = new Map<string, RepositoryInRegistry>();
  return {
    open: (name, access) => {
      const id = `${access} ${name}`;
      const repository = opened.get(id) ?? sharedLooksInto(registries.open(name, access));
      opened.set(id, repository);
      return repository;
    },
  };
}

function sharedLooksInto(repository: RepositoryInRegistry): RepositoryInRegistry {
  let checked: Promise<void> | undefined;
  return {
    name: repository.name,
    head: once((tag) => repository.head(tag), String),
    manifest: once((reference) => repository.manifest(reference), String),
    config: once(
      (content) => repository.config(content),
      (content) => JSON.stringify(content),
    ),
    put: (reference, manifest) => repository.put(reference, manifest),
    mount: (digest, from) => repository.mount(digest, from),
    checkPush: () => (checked ??= repository.checkPush()),
  };
}

function once<Asked, Answer>(
  ask: (asked: Asked) => Promise<Answer>,
  nameOf: (asked: Asked) => string,
): (asked: Asked) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (asked) => {
    const name = nameOf(asked);
    const answer = answers.get(name) ?? ask(asked);
    answers.set(name, answer);
    return answer;
  };
}
