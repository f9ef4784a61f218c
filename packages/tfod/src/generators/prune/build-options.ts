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
 * The options with which a project's images are built, as its files say: those of the target, and those of each of its
 * configurations. Nx is not asked, for there is none in a tree of files that was taken out of a commit.
 */
export function buildOptionsOf(workspaceRoot: string, projectRoot: string): readonly KeyOptions[] {
  const targets = layers(workspaceRoot, projectRoot);
  const merged = (pick: (target: Target) => KeyOptions | undefined): KeyOptions => {
    const options = Object.assign({}, ...targets.map((target) => pick(target) ?? {})) as KeyOptions;
    return {
      ...(options.buildArgs !== undefined && { buildArgs: options.buildArgs }),
      ...(options.platforms !== undefined && { platforms: options.platforms }),
    };
  };
  const names = new Set(targets.flatMap(({ configurations = {} }) => Object.keys(configurations)));
  const plain = merged(({ options }) => options);
  const all = [
    plain,
    ...[...names].map((name) => ({ ...plain, ...merged(({ configurations }) => configurations?.[name]) })),
  ];
  return all.filter(
    (each, at) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(each)) === at,
  );
}

/** The least specific first, as Nx merges them. */
function layers(workspaceRoot: string, projectRoot: string): Target[] {
  const nx = read<{ plugins?: unknown[]; targetDefaults?: Targets }>(join(workspaceRoot, 'nx.json'));
  const project = read<{ targets?: Targets }>(join(workspaceRoot, projectRoot, 'project.json'));
  const packaged = read<{ nx?: { targets?: Targets } }>(join(workspaceRoot, projectRoot, 'package.json'));
  const inferred = inferredTarget(nx.plugins ?? []);
  const defaults = nx.targetDefaults ?? {};
  return [
    inferred,
    ...[EXECUTOR, inferred.name].flatMap((name) => defaults[name] ?? []),
    ...[packaged.nx?.targets, project.targets].flatMap((targets) => ours(targets ?? {}, inferred.name)),
  ];
}

function ours(targets: Targets, name: string): Target[] {
  return Object.entries(targets)
    .filter(([each, { executor }]) => each === name || executor === EXECUTOR)
    .map(([, target]) => target);
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
