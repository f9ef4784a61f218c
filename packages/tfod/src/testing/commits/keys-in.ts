import { join } from 'node:path';
import { buildOptionsOf } from '../../generators/prune/build-options';
import { parseBuildArgs } from '../../images/build-args';
import { planService } from '../../images/plan-service';
import { plainRequest } from '../../images/request';
import { readTfodProject } from '../../service/read-service';
import { TfodError } from '../../values/tfod-error';
import { FakeEngine } from '../fake-engine';
import { projectsIn } from './projects-in';
import type { Files } from './workspace-files';

/**
 * The keys of all images that each service and runtime of a workspace needs, with the build arguments that its
 * files give, as one text; undefined where the
 * workspace is such that they cannot be built.
 */
export async function keysIn(
  workspaceRoot: string,
  files: Files,
  wheelFolder: string,
): Promise<ReadonlyMap<string, string | undefined>> {
  const all = projectsIn(files);
  const projects = new Map(all.map(({ name, root }) => [name, root]));
  const machine = {
    engine: new FakeEngine().engine,
    env: { TFOD_CACHE_DIR: join(wheelFolder, 'cache') },
    report: () => undefined,
    verbose: false,
    wheelFolder,
  };
  const keyed = all
    .filter(({ kind }) => kind !== 'library')
    .map(async (at): Promise<[string, string | undefined]> => {
      try {
        const project = await readTfodProject(workspaceRoot, at);
        const keys: string[] = [];
        for (const { buildArgs = {} } of buildOptionsOf(workspaceRoot, at.root)) {
          const given = parseBuildArgs(buildArgs);
          const request = plainRequest(
            workspaceRoot,
            project,
            {},
            { projects, buildArgs: given, frozenLock: true },
          );
          const { images } = await planService(request, machine, { needsEngine: false, writesPins: false });
          keys.push(...images.map(({ name, key }) => `${name} ${key}`));
        }
        return [at.name, keys.join('\n')];
      } catch (error) {
        if (error instanceof TfodError) return [at.name, undefined];
        throw error;
      }
    });
  return new Map(await Promise.all(keyed));
}
