import type { CreateNodes } from '@nx/devkit';
import { basename, posix } from 'node:path';
import { SERVICE_FILE } from '../service/service';
import { surroundingsOf, type Named } from './inputs';
import { ProjectFinder } from './named-projects';
import { parsePluginOptions, type TfodPluginOptions } from './plugin-options';
import { KeptReadings } from './kept-readings';
import { foreseenNames, projectName, PROJECT_FILES } from './project-names';
import { pinnedNames } from './pinned-names';
import { leaveServices, readServices, type ReadServices } from './read-workspace';
import { projectOf } from './targets';

/**
 * Every folder with a tfod.json is a project with the targets of a service or of a runtime. The file is not
 * checked: one that is being edited must not break the commands of the whole workspace. The files that name other
 * projects are looked at, for these may be named in a Dockerfile.
 */
export const createNodes: CreateNodes<TfodPluginOptions> = [
  PROJECT_FILES,
  (files, options, { workspaceRoot }) => {
    const settings = parsePluginOptions(options);
    const marked = files.filter((file) => basename(file) === SERVICE_FILE);
    const readings = new KeptReadings(workspaceRoot, process.env);
    const names = foreseenNames(workspaceRoot, files, (root) =>
      readings.of(`name ${root}`, (seen) => projectName(root, seen)),
    );
    const services = readServices(workspaceRoot, marked, readings);
    readings.save();
    const named = namedBy(services, names, pinnedNames(workspaceRoot));
    leaveServices(workspaceRoot, services);
    return [...services].map(([root, { outline }]) => {
      const name = names.get(root) ?? '';
      const project = projectOf(name, root, settings, { outline, ...surroundingsOf(name, named) });
      return [posix.join(root, SERVICE_FILE), { projects: { [root]: project } }];
    });
  },
];

/** Which projects the services and runtimes name; of two projects with one name, such a one counts. */
function namedBy(
  services: ReadServices,
  names: ReadonlyMap<string, string>,
  pinned: ReadonlySet<string>,
): Named {
  const marked = [...services.keys()].map((root) => [names.get(root) ?? '', root] as const);
  const projects = new Map([...[...names].map(([root, name]) => [name, root] as const), ...marked]);
  const finder = new ProjectFinder(projects);
  const byService = new Map(
    [...services].map(([root, { outline, references }]) => {
      const name = names.get(root) ?? '';
      const strangers = finder.strangers(references, pinned);
      return [name, { outline, named: finder.find(references, name), strangers }];
    }),
  );
  return { projects, byService };
}
