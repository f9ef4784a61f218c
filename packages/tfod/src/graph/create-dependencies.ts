import { DependencyType, type CreateDependencies } from '@nx/devkit';
import { posix } from 'node:path';
import { SERVICE_FILE } from '../service/service';
import { ProjectFinder } from './named-projects';
import type { TfodPluginOptions } from './plugin-options';
import { readServices, takeServices } from './read-workspace';

/**
 * An edge for each project that a Dockerfile, a requirements file or the tfod.json of a service names, owned by
 * that file. All services are looked at every time: that a project came or went changes the meaning of files that
 * did not change.
 */
export const createDependencies: CreateDependencies<TfodPluginOptions> = (_options, context) => {
  const projects = new Map(Object.entries(context.projects).map(([name, { root }]) => [name, root]));
  const finder = new ProjectFinder(projects);
  const read = takeServices(context.workspaceRoot);
  return Object.entries(context.fileMap.projectFileMap).flatMap(([source, fileData]) => {
    const root = projects.get(source);
    const files = new Set(fileData.map(({ file }) => file));
    const marker = posix.join(root ?? '', SERVICE_FILE);
    if (root === undefined || !files.has(marker)) return [];
    const service = read.get(root) ?? readServices(context.workspaceRoot, [marker]).get(root);
    return finder
      .find(service?.references ?? [], source)
      .filter(({ file }) => files.has(file))
      .map(({ project, file }) => ({
        source,
        target: project,
        sourceFile: file,
        type: DependencyType.static,
      }));
  });
};
