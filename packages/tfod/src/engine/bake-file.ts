import { contextAddress } from './docker-commands';
import type { BuildTarget } from './engine';

/** The targets as the JSON form of a bake file. */
export function bakeFile(targets: readonly BuildTarget[]): string {
  const definitions = targets
    .map(withoutRepetition)
    .flatMap(({ target, again }) => [
      ...again.map(({ name, of }) => [name, passedOn(of, target)] as const),
      [target.name, definition(target)] as const,
    ]);
  const target = Object.fromEntries(definitions.map(([name, each]) => [name, literal(each)]));
  return `${JSON.stringify({ target }, null, 2)}\n`;
}

/** The wanted targets and all that they are made from, in the order given: parents first. */
export function involvedTargets(targets: readonly BuildTarget[], wanted: readonly string[]): BuildTarget[] {
  const involved = new Set(wanted);
  for (const { name, contexts } of [...targets].reverse()) {
    if (!involved.has(name)) continue;
    for (const source of Object.values(contexts)) if (source.from === 'target') involved.add(source.name);
  }
  return targets.filter(({ name }) => involved.has(name));
}

interface Again {
  /** The target that stands for another one under a second name. */
  readonly name: string;
  readonly of: string;
}

/** Buildx does not take the same target for two contexts of one: the second gets a target that passes it on. */
function withoutRepetition(target: BuildTarget): {
  readonly target: BuildTarget;
  readonly again: readonly Again[];
} {
  const seen = new Set<string>();
  const again: Again[] = [];
  const contexts = Object.entries(target.contexts).map(([alias, source]) => {
    if (source.from !== 'target' || !seen.has(source.name)) {
      if (source.from === 'target') seen.add(source.name);
      return [alias, source] as const;
    }
    const name = `${target.name}-${alias}`;
    again.push({ name, of: source.name });
    return [alias, { from: 'target', name }] as const;
  });
  return { target: { ...target, contexts: Object.fromEntries(contexts) as BuildTarget['contexts'] }, again };
}

function passedOn(of: string, { context, platform }: BuildTarget): Readonly<Record<string, Json>> {
  return {
    context,
    'dockerfile-inline': 'FROM parent\n',
    contexts: { parent: contextAddress({ from: 'target', name: of }) },
    platforms: [platform],
  };
}

function definition(target: BuildTarget): Readonly<Record<string, Json>> {
  const contexts = Object.entries(target.contexts).map(([name, source]) => [name, contextAddress(source)]);
  return {
    context: target.context,
    dockerfile: target.dockerfile,
    contexts: Object.fromEntries(contexts) as Record<string, string>,
    args: target.args,
    labels: target.labels,
    platforms: [target.platform],
    tags: target.refs,
    secret: target.secrets,
    'no-cache': target.fresh,
    ...(target.cacheFrom.length > 0 && { 'cache-from': target.cacheFrom }),
    ...(target.cacheTo.length > 0 && { 'cache-to': target.cacheTo }),
  };
}

type Json = string | boolean | readonly string[] | Readonly<Record<string, string>>;

/** Bake reads every string, names included, as an HCL template: `${` and `%{` must be doubled to mean themselves. */
function literal(value: Json | Readonly<Record<string, Json>>): unknown {
  if (typeof value === 'string') return value.replace(/[$%](?=\{)/g, '$&$&');
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(literal);
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [literal(name), literal(each as Json)]),
  );
}
