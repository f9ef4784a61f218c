import { isAbsolute, posix, relative, sep } from 'node:path';
import { parseDockerfile } from '../dockerfile/parse';
import { skeletonOf } from '../dockerfile/skeleton';
import { sourcesOf } from '../dockerfile/sources';
import { chainLinks, runtimeLinks, serviceLinks, type Link } from '../images/role';
import { SERVICE_FILE } from '../service/service';
import { VARIANTS } from '../service/variant';
import { parsePlatform } from '../values/platform';
import type { FilesSeen } from './files-seen';
import { Memory } from './memory';
import type { Outline } from './outline';
import { requirementPaths } from './requirement-paths';

/** What a file of a service says about something outside of it. Paths are relative to the workspace root. */
export type Reference =
  /** Named as what an image is made from; as a runtime, by the tfod.json. */
  | { readonly file: string; readonly name: string; readonly asRuntime?: true }
  /** A file or folder that is there. */
  | { readonly file: string; readonly path: string };

const dockerfilesOf = (links: readonly Link[]): readonly string[] => [
  ...new Set(links.map(({ dockerfile }) => dockerfile)),
];
const OF_SERVICE = dockerfilesOf(chainLinks(VARIANTS));
const OF_RUNTIME = dockerfilesOf(runtimeLinks(VARIANTS));
const ON_RUNTIME = dockerfilesOf(serviceLinks(VARIANTS));
const REQUIREMENTS = 'requirements';
/** Which one it is decides what is copied, not from where. */
const ANY_PLATFORM = parsePlatform('linux/amd64');

/**
 * Reads the Dockerfiles of services and the files that their locks are made from. A file that cannot be read, or
 * that somebody is writing, says nothing: the command that needs it tells what is wrong.
 */
export class ReferenceReader {
  constructor(
    private readonly workspaceRoot: string,
    private readonly files: FilesSeen,
  ) {}

  /** Everything that the files of the service or runtime in `root` name, whether or not it is a project. */
  of(root: string, { isRuntime, runtime }: Outline): readonly Reference[] {
    if (runtime !== undefined) {
      const file = posix.join(root, SERVICE_FILE);
      return [{ file, name: runtime, asRuntime: true }, ...this.#inDockerfiles(root, ON_RUNTIME)];
    }
    const inRequirements = this.files.list(posix.join(root, REQUIREMENTS));
    const lists = inRequirements.filter((name) => name.endsWith('.in')).sort();
    return [
      ...this.#inDockerfiles(root, isRuntime ? OF_RUNTIME : OF_SERVICE),
      ...lists.flatMap((name) => this.#inRequirements(posix.join(root, REQUIREMENTS, name), root)),
    ];
  }

  #inDockerfiles(root: string, files: readonly string[]): Reference[] {
    return files.flatMap((file) => this.#inDockerfile(posix.join(root, file)));
  }

  #inDockerfile(file: string): Reference[] {
    const text = this.files.read(file);
    if (text === undefined) return [];
    return namesIn(text, file).map((name) => ({ file, name }));
  }

  #inRequirements(file: string, root: string): Reference[] {
    const folders = [posix.dirname(file), root, '.'];
    const text = this.files.read(file) ?? '';
    return pathsByText
      .of(text, () => requirementPaths(text))
      .flatMap((written) => {
        const path = this.#resolve(written, folders);
        return path === undefined ? [] : [{ file, path }];
      });
  }

  /** pip counts some paths from the file and others from where it runs: the first place that is there. */
  #resolve(written: string, folders: readonly string[]): string | undefined {
    const path = isAbsolute(written) ? inWorkspace(this.workspaceRoot, written) : written;
    const candidates = isAbsolute(written) ? [path] : folders.map((folder) => posix.join(folder, path));
    return candidates
      .map((each) => each.replace(/(?<=.)\/$/, ''))
      .find((each) => !isAbsolute(each) && !/^\.\.(\/|$)/.test(each) && this.files.has(each));
  }
}

const namesBySkeleton = new Memory<readonly string[]>();
const pathsByText = new Memory<readonly string[]>();

function namesIn(text: string, file: string): readonly string[] {
  try {
    return namesBySkeleton.of(skeletonOf(text), () => {
      const choices = { buildArgs: {}, platform: ANY_PLATFORM };
      return sourcesOf(parseDockerfile(text, file), choices).externals;
    });
  } catch {
    return [];
  }
}

function inWorkspace(workspaceRoot: string, path: string): string {
  return relative(workspaceRoot, path).split(sep).join(posix.sep);
}
