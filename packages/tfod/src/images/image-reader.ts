import { existsSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ignoreFileFor, parseIgnore } from '../dockerfile/dockerignore';
import { canonicalText, sourcesOf, type DockerfileInputs } from '../dockerfile/sources';
import { listTree } from '../files/tree';
import { digestOf } from '../values/digest';
import type { Platform } from '../values/platform';
import type { SourcePattern } from '../values/source-pattern';
import { argsFor } from './build-args';
import { baseOf, classify } from './externals';
import type { Folder, ImageFacts } from './facts';
import { checkLockFile, isLockFile } from './lock-files';
import type { Problems } from './problems';
import type { ReadDockerfile } from './read-dockerfiles';
import { readOptional } from './read-optional';
import type { ImagesRequest, Machine } from './request';
import type { Link } from './role';
import { findRuntimeWheel, RUNTIME_WHEEL } from './runtime-wheel';
import { chooseSecrets, hostSecrets, unusedSecrets } from './secrets';

/** Reads what the images of one service are made from, each folder once however many images see it. */
export class ImageReader {
  readonly #folders = new Map<string, Promise<Folder | undefined>>();
  readonly #projectFolder: string;
  readonly #buildArgs: Readonly<Record<string, string>>;

  constructor(
    private readonly request: ImagesRequest,
    private readonly machine: Machine,
    private readonly problems: Problems,
  ) {
    this.#projectFolder = join(request.workspaceRoot, request.service.root);
    this.#buildArgs = { MODEL: request.service.model, ...request.buildArgs };
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
    const mounts = readable.flatMap(({ inputs }) => inputs.secrets);
    this.problems.add(...unusedSecrets(this.request.secrets, mounts));
    const images = await Promise.all(readable.map((each) => this.#read(each)));
    return images.flatMap((image) => image ?? []);
  }

  #inputsOf({ parsed }: ReadDockerfile, platform: Platform): DockerfileInputs {
    const inputs = sourcesOf(parsed, { buildArgs: argsFor(parsed, this.#buildArgs), platform });
    this.problems.add(...inputs.problems);
    return inputs;
  }

  async #read({ link, platform, dockerfile, inputs }: Readable): Promise<ImageFacts | undefined> {
    const { path, text, parsed } = dockerfile;
    const { parents, folders, images, problems } = classify(inputs.externals, link, [RUNTIME_WHEEL], path);
    this.problems.add(...problems);
    const [context, ...named] = await Promise.all([
      this.#readContext(dockerfile, inputs.context),
      ...folders.map((name) => this.#readNamed(name, inputs.named.get(name))),
    ]);
    const secrets = this.#secretsFor(inputs, path);
    const base = baseOf(parsed, images);
    if (context === undefined) return undefined;
    return {
      link: { ...link, parents },
      platform,
      dockerfile: { path, text, digest: digestOf(canonicalText(parsed)), args: inputs.args },
      context,
      named: Object.fromEntries(folders.flatMap((name, at) => (named[at] ? [[name, named[at]]] : []))),
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

  /** A FROM, or a mount without a source, sees the whole folder. */
  async #readNamed(name: string, sources: readonly SourcePattern[] = []): Promise<Folder | undefined> {
    const folder = await this.problems.attempt(() => findRuntimeWheel(this.machine.wheelFolder));
    if (folder === undefined) return undefined;
    const whole = { path: '.', wildcard: false, where: name };
    return this.#readFolder(folder, sources.length > 0 ? sources : [whole], '.dockerignore');
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
      const ignore = parseIgnore(await readOptional(join(root, ignoreFile)));
      return { root, tree: await listTree(root, { sources, ignore }) };
    });
    this.#folders.set(id, reading);
    return reading;
  }
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
