import type { SecretMount } from '../dockerfile/sources';
import { checkModel } from '../models/read-model';
import { readService } from '../service/read-service';
import { SERVICE_FILE, type Service } from '../service/service';
import type { Variant } from '../service/variant';
import type { Platform } from '../values/platform';
import type { Problem } from '../values/tfod-error';
import { unknownArgs } from './build-args';
import type { ImageFacts } from './facts';
import { ImageReader, type ServiceImage } from './image-reader';
import type { Problems } from './problems';
import { readDockerfiles } from './read-dockerfiles';
import type { ImagesRequest, Machine } from './request';
import { chainLinks, linksOfOther } from './role';
import { unusedSecrets } from './secrets';

/**
 * Reads what the images of a service are made from and, before them, the images of the services that its
 * Dockerfiles stand on: parents before children, for each platform. What is wrong is among the problems.
 */
export async function readChains(
  request: ImagesRequest,
  platforms: readonly Platform[],
  machine: Machine,
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
    private readonly machine: Machine,
    private readonly problems: Problems,
  ) {}

  async readAsked(): Promise<ImageFacts[]> {
    const { workspaceRoot, service, variants, buildArgs } = this.request;
    const links = chainLinks(variants);
    const dockerfiles = await readDockerfiles(workspaceRoot, service.root, links, this.problems);
    const parsed = [...dockerfiles.values()].map((dockerfile) => dockerfile.parsed);
    if (parsed.length === new Set(links.map(({ dockerfile }) => dockerfile)).size) {
      this.problems.add(...unknownArgs(parsed, buildArgs));
    }
    const reader = new ImageReader(this.request, this.machine, this.problems);
    const own = await reader.readAll(links, this.platforms, dockerfiles);
    return [...(await this.#below(reader, [service.name])), ...own];
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
    if (above.includes(name)) {
      this.problems.add(circle(image, above));
      return [];
    }
    const { workspaceRoot } = this.request;
    const service = await this.problems.attempt(() => readService(workspaceRoot, image));
    if (service === undefined) return [];
    if (!service.variants.includes(variant)) {
      this.problems.add(noSuchVariant(service, image));
      return [];
    }
    await this.problems.attempt(async () => this.problems.add(...(await checkModel(workspaceRoot, service))));
    return this.#readChainOf(service, variant, [...above, name]);
  }

  /** What tfod.json says of it and nothing else: the arguments of this run are for the service that was asked for. */
  async #readChainOf(service: Service, variant: Variant, above: readonly string[]): Promise<ImageFacts[]> {
    const links = linksOfOther(service.name, chainLinks([variant]));
    const { workspaceRoot } = this.request;
    const dockerfiles = await readDockerfiles(workspaceRoot, service.root, links, this.problems);
    const request = { ...this.request, service, variants: [variant], buildArgs: {} };
    const reader = new ImageReader(request, this.machine, this.problems);
    const own = await reader.readAll(links, this.platforms, dockerfiles);
    const below = await this.#below(reader, above);
    return [...below, ...own.map((facts) => ({ ...facts, other: service }))];
  }
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
