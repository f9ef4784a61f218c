import type { SecretMount } from '../dockerfile/sources';
import { findRuntime } from '../service/find-runtime';
import { readTfodProject } from '../service/read-service';
import { SERVICE_FILE, type Runtime, type Service, type TfodProject } from '../service/service';
import type { Variant } from '../service/variant';
import type { Platform } from '../values/platform';
import type { Problem } from '../values/tfod-error';
import { unknownArgs } from './build-args';
import { chainParts, type ChainPart } from './chain-parts';
import type { ImageFacts } from './facts';
import { ImageReader, type ServiceImage } from './image-reader';
import { pairingProblems } from './pairing-problems';
import type { Problems } from './problems';
import { readDockerfiles, type ReadDockerfile } from './read-dockerfiles';
import type { ImagesRequest, Machine } from './request';
import { linksOfOther, type Link } from './role';
import { unusedSecrets } from './secrets';

/** Everything that keeps the model of a service from being used, after its weights were brought where they may be. */
export type CheckModel = (service: Service) => Promise<readonly Problem[]>;

/** The machine, and how models are looked at. */
type ReadingMachine = Machine & { readonly checkModel: CheckModel };

/**
 * Reads what the images of a service are made from and, before them, the images of the services that its
 * Dockerfiles stand on: parents before children, for each platform. What is wrong is among the problems.
 */
export async function readChains(
  request: ImagesRequest,
  platforms: readonly Platform[],
  machine: ReadingMachine,
  problems: Problems,
): Promise<readonly ImageFacts[]> {
  const chains = new ChainsReader(request, platforms, machine, problems);
  const images = await chains.readAsked();
  problems.add(...unusedSecrets(request.secrets, chains.secretMounts));
  // Two services may stand on the same third one.
  const first = new Map(
    [...images].reverse().map((image) => [`${image.link.name} ${image.platform}`, image]),
  );
  return images.filter((image) => first.get(`${image.link.name} ${image.platform}`) === image);
}

class ChainsReader {
  readonly secretMounts: SecretMount[] = [];

  constructor(
    private readonly request: ImagesRequest,
    private readonly platforms: readonly Platform[],
    private readonly machine: ReadingMachine,
    private readonly problems: Problems,
  ) {}

  async readAsked(): Promise<ImageFacts[]> {
    const { service, variants, buildArgs } = this.request;
    const parts = await this.#partsOf(service, variants);
    const read = await this.#readParts(parts, { asked: service, buildArgs, above: [service.name] });
    return [...read.below, ...read.own];
  }

  /** Who makes the images of a project; a runtime that cannot be had is a problem, and then all are its own. */
  async #partsOf(project: TfodProject, variants: readonly Variant[]): Promise<readonly ChainPart[]> {
    if (project.kind === 'runtime') return chainParts(project, variants, undefined);
    const { workspaceRoot, projects } = this.request;
    const search = { workspaceRoot, projects, variants };
    const found = await this.problems.attempt(async () => ({ runtime: await findRuntime(project, search) }));
    return found === undefined ? [] : chainParts(project, variants, found.runtime);
  }

  /** The images of the parts, and those of other services that these stand on. */
  async #readParts(parts: readonly ChainPart[], reading: Reading): Promise<ReadParts> {
    const { asked } = reading;
    const runtimes = parts.flatMap(({ maker }) => (maker === asked ? [] : [maker.name]));
    const above = [...reading.above, ...runtimes];
    const read: ReadParts = { below: [], own: [] };
    for (const { maker, links } of parts) {
      // The arguments of a run are for the Dockerfiles of the project that was asked for.
      const buildArgs = maker === asked ? reading.buildArgs : {};
      const reader = new ImageReader(
        { ...this.request, service: maker, buildArgs },
        this.machine,
        this.problems,
      );
      const dockerfiles = await this.#readDockerfiles(maker, links, buildArgs);
      const { workspaceRoot } = this.request;
      this.problems.add(...(await pairingProblems({ workspaceRoot, maker, links, dockerfiles })));
      const own = await reader.readAll(links, this.platforms, dockerfiles);
      const runtime = maker !== asked && maker.kind === 'runtime' ? { runtime: maker } : {};
      read.below.push(...(await this.#below(reader, above)));
      read.own.push(...own.map((facts) => ({ ...facts, ...runtime })));
    }
    return read;
  }

  async #readDockerfiles(
    { root }: TfodProject,
    links: readonly Link[],
    buildArgs: Readonly<Record<string, string>>,
  ): Promise<ReadonlyMap<string, ReadDockerfile>> {
    const dockerfiles = await readDockerfiles(this.request.workspaceRoot, root, links, this.problems);
    const parsed = [...dockerfiles.values()].map((dockerfile) => dockerfile.parsed);
    if (parsed.length === new Set(links.map(({ dockerfile }) => dockerfile)).size) {
      this.problems.add(...unknownArgs(parsed, buildArgs));
    }
    return dockerfiles;
  }

  /** The images that those which were read stand on. */
  async #below(reader: ImageReader, above: readonly string[]): Promise<ImageFacts[]> {
    this.secretMounts.push(...reader.secretMounts);
    const chains: ImageFacts[] = [];
    for (const image of reader.serviceImages()) chains.push(...(await this.#readOther(image, above)));
    return chains;
  }

  async #readOther(image: ServiceImage, above: readonly string[]): Promise<ImageFacts[]> {
    const { name, variant } = image;
    const { workspaceRoot } = this.request;
    const service = await this.problems.attempt(() => readTfodProject(workspaceRoot, image));
    if (service === undefined) return [];
    if (service.kind === 'runtime') {
      this.problems.add(runtimeInDockerfile(service, image));
      return [];
    }
    if (above.includes(name)) {
      this.problems.add(circle(image, above));
      return [];
    }
    if (!service.variants.includes(variant)) {
      this.problems.add(noSuchVariant(service, image));
      return [];
    }
    await this.problems.attempt(async () => this.problems.add(...(await this.machine.checkModel(service))));
    return this.#readChainOf(service, variant, [...above, name]);
  }

  /** What tfod.json says of it and nothing else. */
  async #readChainOf(service: Service, variant: Variant, above: readonly string[]): Promise<ImageFacts[]> {
    const parts = (await this.#partsOf(service, [variant])).map(({ maker, links }) => ({
      maker,
      links: linksOfOther(service.name, links),
    }));
    const { below, own } = await this.#readParts(parts, { asked: service, buildArgs: {}, above });
    return [...below, ...own.map((facts) => ({ ...facts, other: service }))];
  }
}

interface Reading {
  /** Whose chain it is. */
  readonly asked: TfodProject;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** The projects that led here, for none may stand on itself. */
  readonly above: readonly string[];
}

interface ReadParts {
  readonly below: ImageFacts[];
  readonly own: ImageFacts[];
}

function runtimeInDockerfile({ name }: Runtime, { where }: ServiceImage): Problem {
  return {
    code: 'RUNTIME_IN_DOCKERFILE',
    what: `${name} is a runtime, which a Dockerfile does not name`,
    where,
    expected: `"runtime": "${name}" in the ${SERVICE_FILE} of the service, and FROM runtime in its Dockerfile`,
    found: name,
    remedy: 'let the service stand on it in this way, or move the files that are meant into another project',
  };
}

function circle({ name, where }: ServiceImage, above: readonly string[]): Problem {
  return {
    code: 'PROJECT_CIRCLE',
    what: 'An image would have to be built from itself',
    where,
    found: [...above, name].join(' → '),
    remedy: 'move what both need into a project of its own and copy it from there',
  };
}

function noSuchVariant({ name, root, variants }: Service, { variant, where }: ServiceImage): Problem {
  return {
    code: 'VARIANT_NOT_THERE',
    what: `${name} has no ${variant} image to stand on`,
    where,
    expected: `${variant} among the "variants" of ${root}/${SERVICE_FILE}`,
    found: variants.join(' and '),
    remedy: `nx g tfod:service ${name} --directory=${root} --variants=${variant} and add it to the variants, or stand on another image`,
  };
}
