import type { TargetConfiguration } from '@nx/devkit';
import { nearestWord } from '../values/nearest-word';
import { TfodError, type Problem } from '../values/tfod-error';

/** What a workspace may say about one of the targets that every service gets. */
export interface TargetOptions {
  /** What the target is called. */
  readonly name?: string;
  /** Options of the executor for all services; a project.json still has the last word. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly configurations?: TargetConfiguration['configurations'];
}

/** The options of the plugin in nx.json: for each target its name, or more. */
export interface TfodPluginOptions {
  readonly dockerBuild?: string | TargetOptions;
  readonly infer?: string | TargetOptions;
  readonly gpuVerify?: string | TargetOptions;
  readonly serve?: string | TargetOptions;
  readonly serveReady?: string | TargetOptions;
  readonly modelInfo?: string | TargetOptions;
  readonly evaluate?: string | TargetOptions;
  readonly promote?: string | TargetOptions;
}

/** The executors that are inferred as targets, by the option that speaks of each. */
export const TARGETS = {
  dockerBuild: 'docker-build',
  infer: 'infer',
  gpuVerify: 'gpu-verify',
  serve: 'serve',
  serveReady: 'serve-ready',
  modelInfo: 'model-info',
  evaluate: 'evaluate',
  promote: 'promote',
} as const;
export type TargetKey = keyof typeof TARGETS;

export type TargetSettings = TargetOptions & { readonly name: string };
export type PluginSettings = Readonly<Record<TargetKey, TargetSettings>>;

const TARGET_KEYS = Object.keys(TARGETS) as TargetKey[];

/** Reads the options of nx.json; throws a `TfodError` with all that is wrong in them. */
export function parsePluginOptions(options: TfodPluginOptions | undefined): PluginSettings {
  const written = options ?? {};
  const settings = TARGET_KEYS.map((key) => ({ key, ...normalise(written[key], TARGETS[key]) }));
  const problems = [
    ...unknownKeys(written, TARGET_KEYS, 'nx.json, options of tfod'),
    ...settings.flatMap(({ key }) => targetProblems(written[key], `nx.json, option ${key} of tfod`)),
    ...sameName(settings),
  ];
  if (problems.length > 0) throw new TfodError(problems);
  return Object.fromEntries(settings.map(({ key, ...rest }) => [key, rest])) as unknown as PluginSettings;
}

function normalise(written: string | TargetOptions | undefined, name: string): TargetSettings {
  if (typeof written === 'string') return { name: written };
  return { name, ...written };
}

function targetProblems(written: unknown, where: string): readonly Problem[] {
  if (written === undefined || (typeof written === 'string' && written !== '')) return [];
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    return [
      {
        code: 'PLUGIN_OPTION',
        what: 'This does not describe a target',
        where,
        expected: 'a name, or an object with name, options and configurations',
        found: JSON.stringify(written),
        remedy: 'write the name that the target shall have',
      },
    ];
  }
  return unknownKeys(written, ['name', 'options', 'configurations'], where);
}

function unknownKeys(written: object, known: readonly string[], where: string): readonly Problem[] {
  return Object.keys(written)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const meant = nearestWord(key, known);
      return {
        code: 'PLUGIN_OPTION_UNKNOWN',
        what: `"${key}" is not known`,
        where,
        expected: known.join(', '),
        remedy: meant === undefined ? 'remove it' : `did you mean "${meant}"?`,
      };
    });
}

function sameName(settings: readonly { readonly key: string; readonly name: string }[]): readonly Problem[] {
  return settings
    .filter(({ name }, index) => settings.findIndex((other) => other.name === name) < index)
    .map(({ key, name }) => ({
      code: 'PLUGIN_OPTION',
      what: `Two targets are called "${name}"`,
      where: `nx.json, option ${key} of tfod`,
      remedy: 'give each target a name of its own',
    }));
}
