import { createNodesFromFiles, type CreateNodes } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parsePluginOptions, type TfodPluginOptions } from './plugin-options';
import { targetsOf } from './targets';

/**
 * Every folder with a tfod.json is a project with the targets of a service. The file is not checked: one that is
 * being edited must not break the commands of the whole workspace.
 */
export const createNodes: CreateNodes<TfodPluginOptions> = [
  '**/tfod.json',
  (files, options, context) => {
    const settings = parsePluginOptions(options);
    return createNodesFromFiles(
      (file) => {
        const root = dirname(file);
        const name = projectName(context.workspaceRoot, root);
        const hasGpu = mayHaveGpu(join(context.workspaceRoot, file));
        return {
          projects: { [root]: { name, root, targets: { ...targetsOf(name, settings, { hasGpu }) } } },
        };
      },
      files,
      options,
      context,
    );
  },
];

/** Whether gpu-verify has a place: not where the file clearly has no such variant; its executor tells the rest. */
function mayHaveGpu(file: string): boolean {
  try {
    const { variants } = JSON.parse(readFileSync(file, 'utf8')) as { variants?: unknown };
    return !Array.isArray(variants) || variants.includes('gpu');
  } catch {
    return true;
  }
}

/** The name that Nx will give: the one in project.json, else that of the folder. */
function projectName(workspaceRoot: string, root: string): string {
  try {
    const text = readFileSync(join(workspaceRoot, root, 'project.json'), 'utf8');
    const { name } = JSON.parse(text) as { name?: unknown };
    if (typeof name === 'string' && name !== '') return name;
  } catch {
    // Nx itself reports a project.json that it cannot read.
  }
  return basename(join(workspaceRoot, root));
}
