import { DependencyType, type CreateDependencies } from '@nx/devkit';
import { posix } from 'node:path';
import { SERVICE_FILE } from '../service/service';
import { ProjectFinder } from './named-projects';
import type { TfodPluginOptions } from './plugin-options';
import { ReferenceReader } from './references';

/**
 * An edge for each project that a Dockerfile or a requirements file of a service names, owned by that file. All
 * services are looked at every time: that a project came or went changes the meaning of files that did not change.
 */
export const createDependencies: CreateDependencies<TfodPluginOptions> = (_options, context) => {
  const projects = new Map(Object.entries(context.projects).map(([name, { root }]) => [name, root]));
  const finder = new ProjectFinder(projects);
  const references = new ReferenceReader(context.workspaceRoot);
  return Object.entries(context.fileMap.projectFileMap).flatMap(([source, fileData]) => {
    const root = projects.get(source);
    const files = new Set(fileData.map(({ file }) => file));
    if (root === undefined || !files.has(posix.join(root, SERVICE_FILE))) return [];
    return finder
      .find(references.of(root), source)
      .filter(({ file }) => files.has(file))
      .map(({ project, file }) => ({
        source,
        target: project,
        sourceFile: file,
        type: DependencyType.static,
      }));
  });
};
