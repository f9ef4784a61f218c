import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Command } from '../engine/command';
import { dockerEngine } from '../engine/docker';
import { imageMemory } from '../engine/image-memory';
import { runCommand, type RunCommand } from '../engine/run-command';
import dockerBuild from '../executors/docker-build/executor';
import type { DockerBuildOptions } from '../executors/docker-build/schema';
import type { Receipt } from '../images/receipt';
import { TinyWorkspace } from './tiny-service';

export const PYTHON = 'python:3.13-slim-trixie';
/** Names that no other run has, so that the images of this one can be told and removed. */
export const SPACE = `tfod-spec/${process.pid}`;
/** Of the service `parking`. */
export const RECEIPT = 'dist/apps/parking/images.json';

export interface Outcome {
  readonly success: boolean;
  readonly out: string;
  readonly err: string;
  /** Every command that was run. */
  readonly commands: readonly Command[];
}

/** The commands that built something. */
export const builds = ({ commands }: Outcome): readonly Command[] =>
  commands.filter(({ args }) => args.includes('bake'));

export const docker = (...args: readonly string[]): string =>
  execFileSync('docker', args, { encoding: 'utf8' }).trim();

/** All names that this run has given to images. */
export const tags = (): string[] =>
  docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}')
    .split('\n')
    .filter((ref) => ref.startsWith(SPACE))
    .sort();

export const labelOf = (ref: string): string =>
  docker('image', 'inspect', '--format', '{{index .Config.Labels "dev.tfod.key"}}', ref);

/** A new workspace with the service `parking` for each test, and docker-build to run in it. */
export function dockerBuildBench() {
  let workspace: TinyWorkspace;
  /** Folders of further projects, by name. */
  let projects: Record<string, { root: string }>;
  beforeEach(() => {
    workspace = new TinyWorkspace(`${SPACE} ${randomUUID()}`);
    projects = {};
    workspace.addService('parking', { image: `${SPACE}/parking` });
  });
  afterEach(() => {
    workspace.dispose();
    const refs = tags();
    if (refs.length > 0) docker('image', 'rm', '--force', ...refs);
  });

  async function run(
    options: DockerBuildOptions = {},
    name = 'parking',
    env: NodeJS.ProcessEnv = {},
  ): Promise<Outcome> {
    const commands: Command[] = [];
    const spy: RunCommand = (command, runOptions) => {
      commands.push(command);
      return runCommand(command, runOptions);
    };
    const [out, err]: [string[], string[]] = [[], []];
    const { success } = await dockerBuild(
      options,
      {
        root: workspace.root,
        isVerbose: false,
        projectName: name,
        projectsConfigurations: { version: 2, projects: { [name]: { root: `apps/${name}` }, ...projects } },
      },
      {
        engine: dockerEngine(spy, imageMemory({ TFOD_CACHE_DIR: workspace.cacheFolder })),
        env: { TFOD_CACHE_DIR: workspace.cacheFolder, ...env },
        print: (text) => void out.push(text),
        report: (text) => void err.push(text),
        wheelFolder: workspace.wheelFolder,
      },
    );
    return { success, out: out.join('\n'), err: err.join('\n'), commands };
  }

  async function must(...args: Parameters<typeof run>): Promise<Outcome> {
    const outcome = await run(...args);
    expect(outcome.err).toBe('');
    expect(outcome.success).toBe(true);
    return outcome;
  }

  const receipt = (name = 'parking'): Receipt => JSON.parse(workspace.read(`dist/apps/${name}/images.json`));

  return {
    get workspace() {
      return workspace;
    },
    addProject(name: string, root: string): void {
      projects[name] = { root };
    },
    run,
    /** Runs and expects success and not a word of complaint. */
    must,
    receipt,
    /** `base: present`, `service-cpu: build`. */
    verdicts: (): string[] =>
      receipt().images.map(
        ({ role, variant, verdict }) => `${role === 'service' ? `${role}-${variant}` : role}: ${verdict}`,
      ),
    /** By role. */
    reasons: (): Record<string, readonly string[]> =>
      Object.fromEntries(receipt().images.map(({ role, reasons }) => [role, reasons])),
  };
}
