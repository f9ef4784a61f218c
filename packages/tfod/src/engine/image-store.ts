import { platformOf } from './detect-engine';
import * as docker from './docker-commands';
import { readIds, type InspectedImage } from './docker-output';
import type { Command } from './command';
import type { EngineImage } from './engine';
import { printable } from './command';
import type { Ran, RunCommand } from './run-command';
import { TfodError } from '../values/tfod-error';

/** An image with what tells of its age and of the bytes that it shares. */
export interface StoredImage extends EngineImage {
  /** When it was built or was last given a name, in milliseconds since 1970. */
  readonly touchedMs: number;
  /** The digests of its layers, the lowest first. */
  readonly layers: readonly string[];
}

export interface Container {
  readonly name: string;
  /** The id of its image. */
  readonly image: string;
  /** `running`, `exited` … */
  readonly state: string;
}

/** What an engine holds, for whoever wants to make room in it. */
export interface ImageStore {
  images(label: string): Promise<readonly StoredImage[]>;
  /** All, those that do not run as well. */
  containers(): Promise<readonly Container[]>;
  /** Removes a name, and with its last one the image; gives what the engine says when it does not. */
  remove(ref: string): Promise<string | undefined>;
}

export function dockerImageStore(run: RunCommand): ImageStore {
  return {
    images: async (label) => {
      const ids = readIds((await must(run, docker.listByLabel(label))).stdout);
      return ids.length === 0 ? [] : linesOf(await some(run, docker.inspectImages(ids))).map(readStored);
    },
    containers: async () => {
      const ids = (await must(run, docker.listContainers())).stdout.split('\n').filter(Boolean);
      return ids.length === 0
        ? []
        : linesOf(await some(run, docker.inspectContainers(ids))).map(readContainer);
    },
    remove: async (ref) => {
      const ran = await run(docker.removeImage(ref));
      return ran.code === 0 ? undefined : ran.stderr.trim().split('\n').at(-1);
    },
  };
}

function readStored(line: string): StoredImage {
  const image = JSON.parse(line) as InspectedStoredImage;
  const times = [image.Created, image.Metadata?.LastTagTime].map((time) => Date.parse(time ?? ''));
  return {
    id: image.Id,
    refs: image.RepoTags ?? [],
    labels: image.Config?.Labels ?? {},
    platform: platformOf(image.Os, image.Architecture, image.Variant),
    bytes: image.Size,
    touchedMs: Math.max(0, ...times.filter((time) => !Number.isNaN(time))),
    layers: image.RootFS?.Layers ?? [],
  };
}

function readContainer(line: string): Container {
  const { Name, Image, State } = JSON.parse(line) as {
    readonly Name: string;
    readonly Image: string;
    readonly State?: { readonly Status?: string };
  };
  return { name: Name.replace(/^\//, ''), image: Image, state: State?.Status ?? 'there' };
}

function linesOf({ stdout }: Ran): string[] {
  return stdout.split('\n').filter(Boolean);
}

/** What is gone by now is left out; it is no reason to fail. */
async function some(run: RunCommand, command: Command): Promise<Ran> {
  const ran = await run(command);
  const complaints = ran.stderr.split('\n').filter((line) => line !== '' && !/no such/i.test(line));
  return complaints.length > 0 && ran.code !== 0 ? must(async () => ran, command) : ran;
}

async function must(run: RunCommand, command: Command): Promise<Ran> {
  const ran = await run(command);
  if (ran.code === 0) return ran;
  throw new TfodError({
    code: 'ENGINE_COMMAND_FAILED',
    what: 'Docker could not do what it was asked',
    where: printable(command),
    found: ran.stderr.trim().split('\n').at(-1) || `exit code ${ran.code}`,
    remedy: 'run the command by hand to see more',
  });
}

interface InspectedStoredImage extends InspectedImage {
  readonly Created?: string;
  readonly Metadata?: { readonly LastTagTime?: string };
  readonly RootFS?: { readonly Layers?: readonly string[] | null };
}
