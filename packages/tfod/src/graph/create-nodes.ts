import { createNodesFromFiles, type CreateNodes } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SERVICE_FILE } from '../service/service';
import { surroundingsOf, type Named } from './inputs';
import { ProjectFinder } from './named-projects';
import { parsePluginOptions, type TfodPluginOptions } from './plugin-options';
import { foreseenNames, PROJECT_FILES } from './project-names';
import { ReferenceReader } from './references';
import { targetsOf } from './targets';

/**
 * Every folder with a tfod.json is a project with the targets of a service. The file is not checked: one that is
 * being edited must not break the commands of the whole workspace. The files that name other projects are looked
 * at, for these may be named in a Dockerfile.
 */
export const createNodes: CreateNodes<TfodPluginOptions> = [
  PROJECT_FILES,
  (files, options, context) => {
    const settings = parsePluginOptions(options);
    const { workspaceRoot } = context;
    const services = files.filter((file) => basename(file) === SERVICE_FILE);
    const names = foreseenNames(workspaceRoot, files);
    const named = namedBy(services.map(dirname), names, workspaceRoot);
    return createNodesFromFiles(
      (file) => {
        const root = dirname(file);
        const name = names.get(root) ?? '';
        const hasGpu = mayHaveGpu(join(workspaceRoot, file));
        const targets = targetsOf(name, settings, { hasGpu, ...surroundingsOf(name, named) });
        return { projects: { [root]: { name, root, targets: { ...targets } } } };
      },
      services,
      options,
      context,
    );
  },
];

/** Reads what the services in these folders name; of two projects with one name, a service counts. */
function namedBy(roots: readonly string[], names: ReadonlyMap<string, string>, workspaceRoot: string): Named {
  const services = roots.map((root) => [names.get(root) ?? '', root] as const);
  const projects = new Map([...[...names].map(([root, name]) => [name, root] as const), ...services]);
  const references = new ReferenceReader(workspaceRoot);
  const finder = new ProjectFinder(projects);
  const byService = new Map(services.map(([name, root]) => [name, finder.find(references.of(root), name)]));
  return { projects, byService };
}

/** Whether gpu-verify has a place: not where the file clearly has no such variant; its executor tells the rest. */
function mayHaveGpu(file: string): boolean {
  try {
    const { variants } = JSON.parse(readFileSync(file, 'utf8')) as { variants?: unknown };
    return !Array.isArray(variants) || variants.includes('gpu');
  } catch {
    return true;
  }
}
