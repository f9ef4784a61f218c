import type { Command } from '../engine/command';

const git = (cwd: string, ...args: readonly string[]): Command => ({
  file: 'git',
  args,
  cwd,
  env: { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
});

/** The folder of git's own files, and where the current folder lies below the root of the checkout. */
export const place = (folder: string): Command =>
  git(folder, 'rev-parse', '--path-format=absolute', '--absolute-git-dir', '--show-prefix');

export const listWorktrees = (folder: string): Command =>
  git(folder, 'worktree', 'list', '--porcelain', '-z');

/** Commit, the commit that an annotated tag stands for, and name. */
export const listRefs = (folder: string): Command =>
  git(
    folder,
    'for-each-ref',
    '--sort=-committerdate',
    '--format=%(objectname) %(*objectname) %(refname)',
    'refs/heads',
    'refs/tags',
    'refs/remotes',
  );

/** The files below a path, from the folder, that the index has. */
export const listTracked = (folder: string, path: string): Command =>
  git(folder, '--literal-pathspecs', 'ls-files', '-z', '--', path);

/** The tree of a commit. */
export const treeOf = (folder: string, commit: string): Command =>
  git(folder, 'rev-parse', '--verify', '--quiet', `${commit}^{tree}`);

/**
 * Makes a folder hold what a commit holds, with an index of its own: neither the checkout nor the list of worktrees
 * knows of it, and no hook runs. What git converts while it checks out is converted.
 */
export function checkOut(gitFolder: string, index: string, folder: string, tree: string): Command {
  const off = [
    'core.hooksPath=/dev/null',
    'core.sparseCheckout=false',
    'core.fsmonitor=false',
    'submodule.recurse=false',
  ];
  const command = git(
    folder,
    `--git-dir=${gitFolder}`,
    `--work-tree=${folder}`,
    ...off.flatMap((setting) => ['-c', setting]),
    'read-tree',
    '--reset',
    '-u',
    tree,
  );
  return { ...command, env: { ...command.env, GIT_INDEX_FILE: index } };
}
