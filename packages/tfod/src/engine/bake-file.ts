import { contextAddress } from './docker-commands';
import type { BuildTarget } from './engine';

/** The targets as the JSON form of a bake file. */
export function bakeFile(targets: readonly BuildTarget[]): string {
  const target = Object.fromEntries(targets.map((each) => [each.name, literal(definition(each))]));
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
