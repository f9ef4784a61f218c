import { existsSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { ignoreFileFor, parseIgnore } from '../dockerfile/dockerignore';
import { canonicalText, sourcesOf, type DockerfileInputs, type SecretMount } from '../dockerfile/sources';
import { ContextView } from '../files/context-view';
import { hashFileWith, type HashFile } from '../files/known-digests';
import { listTree } from '../files/tree';
import { SERVICE_FILE } from '../service/service';
import type { Variant } from '../service/variant';
import { digestOf } from '../values/digest';
import type { Platform } from '../values/platform';
import type { SourcePattern } from '../values/source-pattern';
import type { Problem } from '../values/tfod-error';
import { argsFor } from './build-args';
import { baseOf, classify } from './externals';
import type { Folder, ImageFacts } from './facts';
import { checkLockFile, isLockFile } from './lock-files';
import type { Problems } from './problems';
import type { ReadDockerfile } from './read-dockerfiles';
import { readOptional } from './read-optional';
import type { ImagesRequest, Machine } from './request';
import { meansProject } from './projects';
import { serviceImageOf, type Link } from './role';
import { findRuntimeWheel, RUNTIME_WHEEL } from './runtime-wheel';
import { chooseSecrets, hostSecrets } from './secrets';

/** The image of another service that one of this service stands on or copies from. */
export interface ServiceImage {
  readonly name: string;
  readonly root: string;
  readonly variant: Variant;
  /** The Dockerfile that names it. */
  readonly where: string;
}

/** Reads what the images of one service are made from, each folder once however many images see it. */
export class ImageReader {
  /** What the Dockerfiles that were read mount. */
  readonly secretMounts: SecretMount[] = [];
  readonly #serviceImages = new Map<string, ServiceImage>();
  readonly #folders = new Map<string, Promise<Folder | undefined>>();
  readonly #views = new Map<string, Promise<ContextView>>();
  readonly #projectFolder: string;
  readonly #buildArgs: Readonly<Record<string, string>>;
  readonly #hash: HashFile;

  constructor(
    private readonly request: ImagesRequest,
    private readonly machine: Machine,
    private readonly problems: Problems,
  ) {
    this.#projectFolder = join(request.workspaceRoot, request.service.root);
    this.#hash = hashFileWith(machine.env, process.platform);
    const { service } = request;
    this.#buildArgs = { ...(service.kind !== 'runtime' && { MODEL: service.model }), ...request.buildArgs };
  }

  /** The images that could be read, in order; what is wrong with the others is among the problems. */
  async readAll(
    links: readonly Link[],
    platforms: readonly Platform[],
    dockerfiles: ReadonlyMap<string, ReadDockerfile>,
  ): Promise<ImageFacts[]> {
    const readable = platforms.flatMap((platform) =>
      links.flatMap((link) => {
        const dockerfile = dockerfiles.get(link.dockerfile);
        return dockerfile
          ? [{ link, platform, dockerfile, inputs: this.#inputsOf(dockerfile, platform) }]
          : [];
      }),
    );
    this.secretMounts.push(...readable.flatMap(({ inputs }) => inputs.secrets));
    const images = await Promise.all(readable.map((each) => this.#read(each)));
    return images.flatMap((image) => image ?? []);
  }

  /** Those that the Dockerfiles name which were read, each once. */
  serviceImages(): readonly ServiceImage[] {
    return [...this.#serviceImages.values()];
  }

  #inputsOf({ parsed }: ReadDockerfile, platform: Platform): DockerfileInputs {
    const inputs = sourcesOf(parsed, { buildArgs: argsFor(parsed, this.#buildArgs), platform });
    this.problems.add(...inputs.problems);
    return inputs;
  }

  async #read({ link, platform, dockerfile, inputs }: Readable): Promise<ImageFacts | undefined> {
    const { path, text, parsed } = dockerfile;
    const ours = { folders: [RUNTIME_WHEEL], projects: this.request.projects };
    const { parents, folders, projects, images, problems } = classify(inputs.externals, link, ours, path);
    this.problems.add(...problems);
    const services = projects.filter((name) => this.#isService(name));
    const names = [...folders, ...projects.filter((name) => !services.includes(name))];
    const [context, ...named] = await Promise.all([
      this.#readContext(dockerfile, inputs.context),
      ...names.map((name) => this.#readNamed(name, inputs)),
    ]);
    const secrets = this.#secretsFor(inputs, path);
    const base = baseOf(parsed, images);
    if (context === undefined) return undefined;
    return {
      link: { ...link, parents: { ...parents, ...this.#parentsAmong(services, link, path) } },
      platform,
      dockerfile: { path, text, digest: digestOf(canonicalText(parsed)), args: inputs.args },
      context,
      named: Object.fromEntries(names.flatMap((name, at) => (named[at] ? [[name, named[at]]] : []))),
      externals: images,
      buildArgs: argsFor(parsed, this.#buildArgs),
      secrets,
      ...(base !== undefined && { base }),
    };
  }

  #secretsFor(inputs: DockerfileInputs, path: string): readonly string[] {
    const { env } = this.machine;
    const known = [...hostSecrets(env, isFile), ...this.request.secrets];
    const { options, problems } = chooseSecrets(inputs.secrets, known, { env, isFile, path });
    this.problems.add(...problems);
    return options;
  }

  async #readContext(
    { path }: ReadDockerfile,
    sources: readonly SourcePattern[],
  ): Promise<Folder | undefined> {
    const checked = await Promise.all(
      sources.map(async (source) => ({
        source,
        found: isLockFile(source) ? await checkLockFile(this.#projectFolder, source) : [],
      })),
    );
    this.problems.add(...checked.flatMap(({ found }) => found));
    const sound = checked.filter(({ found }) => found.length === 0).map(({ source }) => source);
    const inProject = posix.relative(this.request.service.root, path);
    const ignoreFile = ignoreFileFor(inProject, (file) => existsSync(join(this.#projectFolder, file)));
    return this.#readFolder(this.#projectFolder, sound, ignoreFile);
  }

  /** A FROM sees the whole folder. */
  async #readNamed(name: string, { named, bases }: DockerfileInputs): Promise<Folder | undefined> {
    const project = meansProject(name, this.request.projects) ? this.#folderOf(name) : undefined;
    const folder = project ?? (await this.problems.attempt(() => findRuntimeWheel(this.machine.wheelFolder)));
    if (folder === undefined) return undefined;
    const whole = { path: '.', wildcard: false, where: name };
    const sources = [...(named.get(name) ?? []), ...(bases.has(name) ? [whole] : [])];
    return this.#readFolder(folder, sources, '.dockerignore');
  }

  #folderOf(project: string): string {
    return join(this.request.workspaceRoot, this.request.projects.get(project) ?? '');
  }

  #isService(project: string): boolean {
    return isFile(join(this.#folderOf(project), SERVICE_FILE));
  }

  /** The images of other services below one, by their names in its Dockerfile. */
  #parentsAmong(services: readonly string[], { variant }: Link, where: string): Link['parents'] {
    if (variant === null) {
      this.problems.add(...services.map((name) => belowBothVariants(name, where)));
      return {};
    }
    for (const name of services) {
      const root = this.request.projects.get(name) ?? '';
      this.#serviceImages.set(`${name} ${variant}`, { name, root, variant, where });
    }
    return Object.fromEntries(services.map((name) => [name, serviceImageOf(name, variant)]));
  }

  #readFolder(
    root: string,
    sources: readonly SourcePattern[],
    ignoreFile: string,
  ): Promise<Folder | undefined> {
    const id = JSON.stringify([root, sources, ignoreFile]);
    const known = this.#folders.get(id);
    if (known) return known;
    const reading = this.problems.attempt(async () => {
      const view = await this.#viewOf(root, ignoreFile);
      return { root, tree: await listTree(view, { sources, hash: this.#hash }) };
    });
    this.#folders.set(id, reading);
    return reading;
  }

  /** Every image that takes something from a folder sees the same one. */
  #viewOf(root: string, ignoreFile: string): Promise<ContextView> {
    const id = JSON.stringify([root, ignoreFile]);
    const known = this.#views.get(id) ?? this.#view(root, ignoreFile);
    this.#views.set(id, known);
    return known;
  }

  async #view(root: string, ignoreFile: string): Promise<ContextView> {
    const where = posix.join(relative(this.request.workspaceRoot, root).replaceAll(sep, '/'), ignoreFile);
    return new ContextView(root, parseIgnore(await readOptional(join(root, ignoreFile)), where));
  }
}

function belowBothVariants(service: string, where: string): Problem {
  return {
    code: 'PROJECT_VARIANT',
    what: `Both variants stand on this image, so it cannot tell which image of ${service} is meant`,
    where,
    expected: 'an image from elsewhere, or files of a project that is no service',
    found: service,
    remedy: `name ${service} in docker/tf.Dockerfile, docker/gpu.Dockerfile or Dockerfile`,
  };
}

interface Readable {
  readonly link: Link;
  readonly platform: Platform;
  readonly dockerfile: ReadDockerfile;
  readonly inputs: DockerfileInputs;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
