import { parseJson } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DockerBuildOptions } from '../../executors/docker-build/schema';

/** What decides a key among the options of a target. */
type KeyOptions = Pick<DockerBuildOptions, 'buildArgs' | 'platforms'>;

interface Target {
  readonly executor?: string;
  readonly options?: KeyOptions;
  readonly configurations?: Readonly<Record<string, KeyOptions>>;
}
type Targets = Readonly<Record<string, Target>>;

const EXECUTOR = 'tfod:docker-build';

/**
 * The options with which a project's images are built, as its files say: those of each target that builds them, and
 * those of each of its configurations. Nx is not asked, for there is none in a tree of files that was taken out of a
 * commit.
 */
export function buildOptionsOf(workspaceRoot: string, projectRoot: string): readonly KeyOptions[] {
  const all = targetsOf(workspaceRoot, projectRoot).flatMap(optionsOf);
  return all.filter(
    (each, at) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(each)) === at,
  );
}

/** One target as its layers say, the least specific first. */
type Layers = readonly Target[];

function optionsOf(target: Layers): readonly KeyOptions[] {
  const merged = (pick: (layer: Target) => KeyOptions | undefined): KeyOptions => {
    const options = Object.assign({}, ...target.map((layer) => pick(layer) ?? {})) as KeyOptions;
    return {
      ...(options.buildArgs !== undefined && { buildArgs: options.buildArgs }),
      ...(options.platforms !== undefined && { platforms: options.platforms }),
    };
  };
  const names = new Set(target.flatMap(({ configurations = {} }) => Object.keys(configurations)));
  const plain = merged(({ options }) => options);
  return [
    plain,
    ...[...names].map((name) => ({ ...plain, ...merged(({ configurations }) => configurations?.[name]) })),
  ];
}

/** The targets that build images, each with its layers as Nx merges them. */
function targetsOf(workspaceRoot: string, projectRoot: string): readonly Layers[] {
  const nx = read<{ plugins?: unknown[]; targetDefaults?: Targets }>(join(workspaceRoot, 'nx.json'));
  const project = read<{ targets?: Targets }>(join(workspaceRoot, projectRoot, 'project.json'));
  const packaged = read<{ nx?: { targets?: Targets } }>(join(workspaceRoot, projectRoot, 'package.json'));
  const inferred = inferredTarget(nx.plugins ?? []);
  const defaults = nx.targetDefaults ?? {};
  const written = [packaged.nx?.targets ?? {}, project.targets ?? {}];
  const layersOf = (name: string): Layers => [
    ...(name === inferred.name ? [inferred] : []),
    ...[EXECUTOR, name].flatMap((each) => defaults[each] ?? []),
    ...written.flatMap((targets) => targets[name] ?? []),
  ];
  const others = new Set(written.flatMap(Object.keys));
  others.delete(inferred.name);
  return [
    layersOf(inferred.name),
    ...[...others].map(layersOf).filter((layers) => executorOf(layers) === EXECUTOR),
  ];
}

function executorOf(layers: Layers): string | undefined {
  return layers.reduce<string | undefined>((before, { executor }) => executor ?? before, undefined);
}

/** What the options of the plugin say about the target that it infers. */
function inferredTarget(plugins: readonly unknown[]): Target & { readonly name: string } {
  const own = plugins.find(
    (each): each is { options?: { dockerBuild?: unknown } } =>
      typeof each === 'object' && each !== null && (each as { plugin?: unknown }).plugin === 'tfod',
  );
  const written = own?.options?.dockerBuild;
  if (typeof written === 'string') return { name: written };
  return { name: 'docker-build', ...(written as Target | undefined) };
}

/** A file that is not there says nothing; neither does one that cannot be read, of which Nx itself complains. */
function read<T extends object>(path: string): Partial<T> {
  try {
    return parseJson<Partial<T>>(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}
