/** What Nx loads: the graph half of the plugin. */
export { createNodes, createNodes as createNodesV2 } from './graph/create-nodes';
export { createDependencies } from './graph/create-dependencies';
export type { TargetOptions, TfodPluginOptions } from './graph/plugin-options';

export const name = 'tfod';
