import { join } from 'node:path';
import { CommandNotFoundError, type Ran, type RunCommand } from '../engine/run-command';
import type { Command } from '../engine/command';
import { TfodError } from '../values/tfod-error';
import * as git from './git-commands';

/** A branch or a tag. */
export interface Ref {
  /** As people write it: `main`, `v1.2`, `origin/main`. */
  readonly name: string;
  readonly kind: 'branch' | 'tag' | 'remote branch';
  readonly commit: string;
}

const WORKTREE = 'worktree ';
const KINDS: readonly (readonly [string, Ref['kind']])[] = [
  ['refs/heads/', 'branch'],
  ['refs/tags/', 'tag'],
  ['refs/remotes/', 'remote branch'],
];

/** The git repository that a workspace is in, read only. Every method throws GIT_FAILED when git does not do it. */
export class Repository {
  private constructor(
    private readonly run: RunCommand,
    private readonly folder: string,
    private readonly gitFolder: string,
    private readonly prefix: string,
  ) {}

  /** Undefined for a workspace that is in no repository. */
  static async open(run: RunCommand, workspaceRoot: string): Promise<Repository | undefined> {
    const command = git.place(workspaceRoot);
    const ran = await run(command).catch((error: unknown) => {
      if (error instanceof CommandNotFoundError) throw failed(command, error.message);
      throw error;
    });
    if (ran.code !== 0 && /not a git repository/.test(ran.stderr)) return undefined;
    const [gitFolder = '', prefix = ''] = mustSucceed(command, ran).stdout.split('\n');
    return new Repository(run, workspaceRoot, gitFolder, prefix);
  }

  /** The workspace in every checkout that there is, this one first. */
  async workspaces(): Promise<readonly string[]> {
    const { stdout } = await this.#must(git.listWorktrees(this.folder));
    const entries = stdout.split('\0\0').map((entry) => entry.split('\0'));
    const usable = entries.filter((lines) => !lines.some((line) => /^(bare|prunable)/.test(line)));
    const roots = usable.flatMap(([first = '']) =>
      first.startsWith(WORKTREE) ? [first.slice(WORKTREE.length)] : [],
    );
    return [...new Set([this.folder, ...roots.map((root) => this.#workspaceIn(root))])];
  }

  /** Branches and tags, those with the newest commits first. */
  async refs(): Promise<readonly Ref[]> {
    const { stdout } = await this.#must(git.listRefs(this.folder));
    return stdout.split('\n').flatMap((line) => {
      const [object = '', peeled = '', full = ''] = line.split(' ');
      const kind = KINDS.find(([start]) => full.startsWith(start));
      if (kind === undefined || full.endsWith('/HEAD')) return [];
      return [{ name: full.slice(kind[0].length), kind: kind[1], commit: peeled || object }];
    });
  }

  /** Whether anything at a path, from the workspace root, will be in the next commit. */
  async tracks(path: string): Promise<boolean> {
    return (await this.#must(git.listTracked(this.folder, path))).stdout !== '';
  }

  /** Two commits with one tree hold the same; undefined for what is no commit. */
  async treeOf(commit: string): Promise<string | undefined> {
    const ran = await this.run(git.treeOf(this.folder, commit));
    return ran.code === 0 ? ran.stdout.trim() : undefined;
  }

  /** Makes `folder` hold what the tree holds, and gives the workspace in it. */
  async checkOut(tree: string, folder: string): Promise<string> {
    await this.#must(git.checkOut(this.gitFolder, `${folder}.index`, folder, tree));
    return this.#workspaceIn(folder);
  }

  #workspaceIn(root: string): string {
    return join(root, this.prefix).replace(/\/$/, '');
  }

  async #must(command: Command): Promise<Ran> {
    return mustSucceed(command, await this.run(command));
  }
}

function mustSucceed(command: Command, ran: Ran): Ran {
  if (ran.code === 0) return ran;
  throw failed(command, ran.stderr.trim().split('\n').at(-1) || `exit code ${ran.code}`);
}

function failed({ args }: Command, found: string): TfodError {
  return new TfodError({
    code: 'GIT_FAILED',
    what: 'git could not do what it was asked',
    where: `git ${args.join(' ')}`,
    expected: 'git 2.36 or newer on the PATH, which may read this repository',
    found,
    remedy: 'run the command by hand to see more',
  });
}
