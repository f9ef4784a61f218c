import { globSync } from 'tinyglobby';
import { posix } from 'node:path';
import { foreseenNames, PROJECT_FILES } from '../../graph/project-names';
import { imagesRequest } from '../../executors/docker-build/options';
import type { Key } from '../../images/key';
import { planService } from '../../images/plan-service';
import type { Unplanned, Wanted } from '../../images/prune/prune-plan';
import type { Machine } from '../../images/request';
import { readTfodProject } from '../../service/read-service';
import { SERVICE_FILE, type TfodProject } from '../../service/service';
import type { Platform } from '../../values/platform';
import { TfodError } from '../../values/tfod-error';
import { buildOptionsOf } from './build-options';
import { tfodVersion } from './tfod-version';

const NEVER = ['**/node_modules/**', '**/dist/**', '**/.git/**', '**/.nx/**'];

export interface WantedRequest {
  /** A folder with the files of the workspace. */
  readonly root: string;
  /** What messages call it. */
  readonly by: string;
  /** Where the tfod runs that plans: only what uses the same version has the same keys. */
  readonly ownRoot: string;
  /** The engine's own, and those of the images that might go. */
  readonly platforms: readonly Platform[];
}

/** The keys that a tree of files wants, whatever the engine has. Nothing is fetched and no pin is written. */
export async function wantedKeys(request: WantedRequest, machine: Machine): Promise<Wanted> {
  const { root, by, ownRoot } = request;
  if (tfodVersion(root) !== tfodVersion(ownRoot)) {
    const why = 'it uses another version of tfod';
    return { by, keys: new Map(), unplanned: [{ project: 'all projects', why }] };
  }
  const files = globSync(PROJECT_FILES, { cwd: root, ignore: NEVER, dot: false });
  const names = foreseenNames(root, files);
  const projects = new Map([...names].map(([folder, name]) => [name, folder]));
  const keys = new Map<Key, string>();
  const unplanned: Unplanned[] = [];
  const roots = files
    .filter((file) => posix.basename(file) === SERVICE_FILE)
    .map((file) => posix.dirname(file));
  for (const folder of roots) {
    const found = await keysOf(
      { name: names.get(folder) ?? folder, root: folder },
      projects,
      request,
      machine,
    );
    found.keys.forEach((key) => keys.set(key, keys.get(key) ?? found.project));
    if (found.why !== undefined) unplanned.push({ ...found, why: found.why });
  }
  return { by, keys, unplanned };
}

interface Found {
  readonly project: string;
  readonly repository?: string;
  readonly keys: readonly Key[];
  readonly why?: string;
}

async function keysOf(
  at: { readonly name: string; readonly root: string },
  projects: ReadonlyMap<string, string>,
  { root, platforms }: WantedRequest,
  machine: Machine,
): Promise<Found> {
  let project: TfodProject | undefined;
  const keys: Key[] = [];
  try {
    project = await readTfodProject(root, at);
    for (const options of buildOptionsOf(root, at.root)) {
      const asked = imagesRequest(root, project, machine.env, { ...options, frozenLock: true });
      const request = {
        ...asked,
        projects,
        platforms: asked.platforms.length > 0 ? asked.platforms : platforms,
      };
      const looking = { needsEngine: false, writesPins: false, fetchesWeights: false };
      const { images } = await planService(request, machine, looking);
      keys.push(...images.map(({ key }) => key));
    }
    return { project: at.name, keys };
  } catch (error) {
    const why = error instanceof TfodError ? (error.problems[0]?.what ?? error.message) : String(error);
    return { project: at.name, keys, why, ...(project !== undefined && { repository: project.image }) };
  }
}
