import type { CreateDependencies, DependencyType } from '@nx/devkit';
import { posix } from 'node:path';
import { SERVICE_FILE } from '../service/service';
import { ProjectFinder } from './named-projects';
import type { TfodPluginOptions } from './plugin-options';
import { readService, takeServices } from './read-workspace';

const STATIC = 'static' as DependencyType.static;

/**
 * An edge for each project that a Dockerfile, a requirements file or the tfod.json of a service names, owned by
 * that file. All services are looked at every time: that a project came or went changes the meaning of files that
 * did not change.
 */
export const createDependencies: CreateDependencies<TfodPluginOptions> = (_options, context) => {
  const projects = new Map(Object.entries(context.projects).map(([name, { root }]) => [name, root]));
  const finder = new ProjectFinder(projects);
  const read = takeServices(context.workspaceRoot);
  return Object.entries(context.fileMap.projectFileMap).flatMap(([source, files]) => {
    const root = projects.get(source);
    const marker = posix.join(root ?? '', SERVICE_FILE);
    const has = (path: string): boolean => files.some(({ file }) => file === path);
    if (root === undefined || !has(marker)) return [];
    const service = read.get(root) ?? readService(context.workspaceRoot, marker);
    return finder
      .find(service.references, source)
      .filter(({ file }) => has(file))
      .map(({ project, file }) => ({
        source,
        target: project,
        sourceFile: file,
        type: STATIC,
      }));
  });
};
