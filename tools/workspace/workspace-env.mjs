// @ts-check
/**
 * The environment of a command in a workspace of its own: nothing of an outer Nx or npm run leaks in, and Nx
 * stays in one process and within the folder.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} folder the workspace
 * @returns {NodeJS.ProcessEnv}
 */
export function workspaceEnv(env, folder) {
  const outer = /^(NX_|npm_|JEST_|INIT_CWD$|CI$)/;
  const kept = Object.entries(env).filter(([name]) => !outer.test(name));
  return {
    ...Object.fromEntries(kept),
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NX_ISOLATE_PLUGINS: 'false',
    NX_CACHE_DIRECTORY: `${folder}/.nx/cache`,
    NX_WORKSPACE_DATA_DIRECTORY: `${folder}/.nx/workspace-data`,
  };
}
