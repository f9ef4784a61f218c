import { isAbsolute, posix, relative, sep } from 'node:path';
import { chainLinks, runtimeLinks, serviceLinks, type Link } from '../images/role';
import { SERVICE_FILE } from '../service/service';
import { VARIANTS } from '../service/variant';
import { namesIn } from './dockerfile-names';
import type { FilesSeen } from './files-seen';
import { givenArgs } from './given-args';
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
  of(root: string, outline: Outline): readonly Reference[] {
    const { isRuntime, runtime } = outline;
    if (runtime !== undefined) {
      const file = posix.join(root, SERVICE_FILE);
      return [{ file, name: runtime, asRuntime: true }, ...this.#inDockerfiles(root, ON_RUNTIME, outline)];
    }
    const inRequirements = this.files.list(posix.join(root, REQUIREMENTS));
    const lists = inRequirements.filter((name) => name.endsWith('.in')).sort();
    return [
      ...this.#inDockerfiles(root, isRuntime ? OF_RUNTIME : OF_SERVICE, outline),
      ...lists.flatMap((name) => this.#inRequirements(posix.join(root, REQUIREMENTS, name), root)),
    ];
  }

  #inDockerfiles(root: string, files: readonly string[], { model }: Outline): Reference[] {
    // Without any as well: so the images are built below those of another service.
    const given = () =>
      [{}, ...givenArgs(root, this.files)].map((args) => ({ ...(model && { MODEL: model }), ...args }));
    return files.flatMap((name) => {
      const file = posix.join(root, name);
      const text = this.files.read(file);
      return text === undefined ? [] : namesIn(text, file, given).map((each) => ({ file, name: each }));
    });
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

const pathsByText = new Memory<readonly string[]>();

function inWorkspace(workspaceRoot: string, path: string): string {
  return relative(workspaceRoot, path).split(sep).join(posix.sep);
}
