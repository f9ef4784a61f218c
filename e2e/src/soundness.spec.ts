import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { keysIn } from '../../packages/tfod/src/testing/commits/keys-in';
import { firstFiles } from '../../packages/tfod/src/testing/commits/first-files';
import { randomCommit } from '../../packages/tfod/src/testing/commits/random-commit';
import { writeFiles } from '../../packages/tfod/src/testing/commits/workspace-files';
import { numbersFrom } from '../../packages/tfod/src/testing/random-numbers';
import { makeWorkspace, mustSucceed, type Workspace } from './workspace';

/** tools/soundness/soundness.mjs asks for more of them, and for both ways in which Nx says what is affected. */
const ASKED = process.env['TFOD_NX_COMMITS'];
const COMMITS = Number(ASKED ?? 6);
const VERSIONS = ASKED === undefined ? ['24'] : ['23.2.1', '24'];

function commit(workspace: Workspace, message: string): void {
  const identity = [
    '-c',
    'user.name=e2e',
    '-c',
    'user.email=e2e@example.invalid',
    '-c',
    'commit.gpgsign=false',
  ];
  for (const args of [
    ['add', '--all'],
    [...identity, 'commit', '--quiet', '--allow-empty', '--message', message],
  ]) {
    const { status, stderr } = spawnSync('git', args, { cwd: workspace.root, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }
}

function affected(workspace: Workspace): readonly string[] {
  const { stdout } = mustSucceed(
    workspace.nx(
      ...['show', 'projects', '--affected', '--withTarget=docker-build', '--json'],
      ...['--base=HEAD~1', '--head=HEAD'],
    ),
  );
  return JSON.parse(stdout) as string[];
}

describe('nx affected, after random commits', () => {
  it.each(VERSIONS)('holds every project whose keys differ on Nx %s', async (nx) => {
    const workspace = makeWorkspace(nx);
    const wheelFolder = workspace.path('dist/wheel');
    mkdirSync(wheelFolder, { recursive: true });
    writeFileSync(`${wheelFolder}/tfod_runtime-0.0.0-py3-none-any.whl`, 'wheel');
    const random = numbersFrom(7);
    let files = firstFiles();
    writeFiles(workspace.root, new Map(), files);
    commit(workspace, 'first');
    let keys = await keysIn(workspace.root, files, wheelFolder);
    let differing = 0;
    for (let number = 1; number <= COMMITS; number++) {
      const next = randomCommit(files, random);
      writeFiles(workspace.root, files, next);
      commit(workspace, `${number}`);
      const after = await keysIn(workspace.root, next, wheelFolder);
      const others = [...after].filter(([name, key]) => keys.has(name) && keys.get(name) !== key);
      expect(affected(workspace)).toEqual(expect.arrayContaining(others.map(([name]) => name)));
      differing += others.length;
      [files, keys] = [next, after];
    }
    expect(differing).toBeGreaterThan(0);
  });
});
