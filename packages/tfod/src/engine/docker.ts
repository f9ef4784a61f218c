import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TfodError } from '../values/tfod-error';
import { bakeFile, involvedTargets } from './bake-file';
import { BakeProgress } from './bake-progress';
import type { Command } from './command';
import { printable } from './command';
import { detectBuilder, detectEngine } from './detect-engine';
import * as docker from './docker-commands';
import { readImages, readManifestDigest, readNames, readPulledDigest } from './docker-output';
import { cachedBytes, storageFolder } from './engine-storage';
import type { BuildEvent, BuildOutcome, BuildRequest, BuildTarget, Engine, EngineImage } from './engine';
import { NO_MEMORY, type ImageMemory } from './image-memory';
import { stepOrigins } from './step-origins';
import { runCommand, type Ran, type RunCommand } from './run-command';

const NOT_THERE = /no such image/i;
/** The error of a push goes on for pages when a registry answers with HTML. */
const SHOWN_LINES = 40;

/** A Docker Engine with buildx, reached as the environment says (DOCKER_HOST, DOCKER_CONTEXT). */
export function dockerEngine(run: RunCommand = runCommand, memory: ImageMemory = NO_MEMORY): Engine {
  return {
    name: 'Docker',
    open: () => detectEngine(run),
    identity: async () => (await must(run, docker.engineId())).stdout.trim(),
    openBuilder: (name) => detectBuilder(run, name),
    imagesWithLabel: (label) => imagesWithLabel(run, label, memory),
    inspect: (refs) => inspect(run, refs),
    tag: async (image, ref) => void (await must(run, docker.tagImage(image, ref))),
    untag: async (ref) => {
      const command = docker.removeImage(ref);
      const ran = await run(command);
      if (ran.code !== 0 && !NOT_THERE.test(ran.stderr)) throw failed(command, ran);
    },
    push: async (ref, options) => {
      const ran = await run(docker.pushImage(ref), { ...options, tailLines: SHOWN_LINES });
      if (ran.code !== 0) throw pushFailed(ref, ran);
    },
    pull: async (ref, platform, options) => {
      const ran = await run(docker.pullImage(ref, platform), { ...options, tailLines: SHOWN_LINES });
      if (ran.code !== 0) throw pullFailed(ref, ran);
    },
    resolve: (ref) => resolve(run, ref),
    storage: () => storageFolder(run),
    cachedBytes: (builder) => cachedBytes(run, builder),
    build: (request, on) => build(run, request, on),
    commands: {
      build: docker.buildImage,
      tag: docker.tagImage,
      push: docker.pushImage,
      pull: docker.pullImage,
    },
  };
}

/** Asks for the names of all, and for more only of those that it was never told of. */
async function imagesWithLabel(run: RunCommand, label: string, memory: ImageMemory): Promise<EngineImage[]> {
  const [listed, known] = await Promise.all([must(run, docker.listNamesByLabel(label)), memory.recall()]);
  const names = readNames(listed.stdout);
  const asked = await inspect(
    run,
    [...names.keys()].filter((id) => !known.has(id)),
  );
  const recalled = [...names].flatMap(([id, refs]) => {
    const content = known.get(id);
    return content === undefined ? [] : [{ ...content, refs }];
  });
  const images = [...recalled, ...asked];
  if (asked.length > 0) await memory.keep(images);
  return images;
}

/** An image that is gone is left out: `docker image inspect` prints the others and exits 1. */
async function inspect(run: RunCommand, refs: readonly string[]): Promise<EngineImage[]> {
  if (refs.length === 0) return [];
  const command = docker.inspectImages(refs);
  const ran = await run(command);
  const complaints = ran.stderr.split('\n').filter((line) => line !== '' && !NOT_THERE.test(line));
  if (ran.code !== 0 && complaints.length > 0) throw failed(command, ran);
  return readImages(ran.stdout);
}

/**
 * Asks the registry without a download; where only the engine knows the way there (a mirror, a proxy), lets the
 * engine pull and asks it what came.
 */
async function resolve(run: RunCommand, ref: string): ReturnType<Engine['resolve']> {
  const asked = await run(docker.inspectManifest(ref));
  if (asked.code === 0) return readManifestDigest(asked.stdout);
  const pulled = await run(docker.resolveByPull(ref));
  const inspected = pulled.code === 0 ? await run(docker.inspectImages([ref])) : undefined;
  const digest = inspected?.code === 0 ? readPulledDigest(inspected.stdout, ref) : undefined;
  if (digest !== undefined) return digest;
  throw new TfodError({
    code: 'IMAGE_NOT_RESOLVED',
    what: `No registry tells the digest of ${ref}`,
    where: ref,
    found: (pulled.stderr || asked.stderr).trim().split('\n').at(-1) || 'an image without a digest',
    remedy: 'check the name and the network, `docker login` if the registry asks for it, then try again',
  });
}

async function build(
  run: RunCommand,
  { targets, wanted, builder, scratch, signal }: BuildRequest,
  on: (event: BuildEvent) => void,
): Promise<BuildOutcome> {
  const file = join(scratch, 'bake.json');
  const involved = involvedTargets(targets, wanted);
  await writeFile(file, bakeFile(involved));
  const progress = new BakeProgress(
    involved.map(({ name }) => name),
    stepOrigins(involved, await readDockerfiles(involved)),
  );
  const ran = await run(docker.bake(file, wanted, builder.name, scratch), {
    onLine: (line) => progress.read(line).forEach(on),
    tailLines: SHOWN_LINES,
    ...(signal && { signal }),
  });
  return ran.code === 0 ? { ok: true } : { ok: false, ...progress.end() };
}

async function readDockerfiles(targets: readonly BuildTarget[]): Promise<ReadonlyMap<string, string>> {
  const texts = targets.map(
    async ({ name, dockerfile }) => [name, await readFile(dockerfile, 'utf8')] as const,
  );
  return new Map(await Promise.all(texts));
}

async function must(run: RunCommand, command: Command): Promise<Ran> {
  const ran = await run(command);
  if (ran.code !== 0) throw failed(command, ran);
  return ran;
}

function failed(command: Command, ran: Ran): TfodError {
  return new TfodError({
    code: 'ENGINE_COMMAND_FAILED',
    what: 'Docker could not do what it was asked',
    where: printable(command),
    found: lastLines(ran) || `exit code ${ran.code}`,
    remedy: 'run the command by hand to see more',
  });
}

function pushFailed(ref: string, ran: Ran): TfodError {
  return new TfodError({
    code: 'PUSH_FAILED',
    what: `The registry did not take ${ref}`,
    where: ref,
    found: lastLines(ran),
    remedy: '`docker login` to the registry, and check that the `image` in tfod.json names it',
  });
}

function pullFailed(ref: string, ran: Ran): TfodError {
  return new TfodError({
    code: 'PULL_FAILED',
    what: `The engine could not pull ${ref}`,
    where: ref,
    found: lastLines(ran),
    remedy: '`docker login` to the registry, check the free space and the network, then try again',
  });
}

function lastLines({ stderr }: Ran): string {
  return stderr.trim().split('\n').slice(-3).join('\n');
}
