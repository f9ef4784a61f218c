import { execFileSync } from 'node:child_process';
import { FsTree } from 'nx/src/generators/tree';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../engine/run-command';
import { ensureImages } from '../../images/ensure-images';
import { holdImages } from '../../images/image-holds';
import type { Key } from '../../images/key';
import { plainRequest, type Machine } from '../../images/request';
import { turnsPlace } from '../../images/turns-place';
import { readService } from '../../service/read-service';
import { FakeEngine } from '../../testing/fake-engine';
import { FakeImageStore } from '../../testing/fake-image-store';
import { TinyWorkspace } from '../../testing/tiny-service';
import pruneGenerator from './generator';
import type { PruneOptions } from './schema';

// Every test runs git and plans several trees.
jest.setTimeout(60_000);

const DAY = 24 * 3_600_000;
const SCRIPT = 'apps/parking/src/parking/detect.py';

interface Told {
  readonly verdict: string;
  readonly reasons: readonly string[];
}

describe('tfod:prune', () => {
  let workspace: TinyWorkspace;
  let fake: FakeEngine;
  let store: FakeImageStore;
  let said: string[];
  let nowMs: number;

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking');
    workspace.write('.gitignore', 'dist\ncache\nwheel\n');
    workspace.write('apps/parking/project.json', '{ "name": "parking" }');
    fake = new FakeEngine();
    store = new FakeImageStore(fake);
    said = [];
    nowMs = Date.now() + 30 * DAY;
    git('init', '--quiet', '--initial-branch=main');
    commit('first');
  });
  afterEach(() => workspace.dispose());

  function git(...args: readonly string[]): string {
    const who = [
      '-c',
      'user.name=Somebody',
      '-c',
      'user.email=somebody@example.org',
      '-c',
      'commit.gpgsign=false',
    ];
    return execFileSync('git', [...who, ...args], {
      cwd: workspace.root,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  }

  function commit(message: string): void {
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message', message);
  }

  const machine = (): Machine => ({
    engine: fake.engine,
    env: { TFOD_CACHE_DIR: workspace.cacheFolder },
    report: () => undefined,
    verbose: false,
    wheelFolder: workspace.wheelFolder,
  });

  /** Builds the images of a checkout and gives the name of that of the service. */
  async function build(root = workspace.root): Promise<string> {
    const service = await readService(root, { name: 'parking', root: 'apps/parking' });
    const { images } = await ensureImages(plainRequest(root, service, {}), machine());
    return images.at(-1)?.ref ?? '';
  }

  async function prune(options: PruneOptions = {}): Promise<(() => void | Promise<void>) | undefined> {
    return pruneGenerator(new FsTree(workspace.root, false), options, {
      engine: fake.engine,
      store,
      run: runCommand,
      env: { TFOD_CACHE_DIR: workspace.cacheFolder },
      nowMs: () => nowMs,
      print: (text) => void said.push(text),
      report: () => undefined,
      wheelFolder: workspace.wheelFolder,
    });
  }

  /** What is said of each image, by its first name. */
  async function told(options: PruneOptions = {}): Promise<Record<string, Told>> {
    said = [];
    await prune({ ...options, json: true });
    const { images } = JSON.parse(said.join('\n')) as {
      images: readonly (Told & { readonly refs: readonly string[] })[];
    };
    return Object.fromEntries(
      images.map(({ refs, verdict, reasons }) => [
        refs.find((ref) => ref.includes(':k-')),
        { verdict, reasons },
      ]),
    );
  }

  /** Builds an image that this checkout wants no more afterwards. */
  async function buildOld(): Promise<string> {
    const before = workspace.read(SCRIPT);
    workspace.write(SCRIPT, 'print("old")\n');
    const ref = await build();
    workspace.write(SCRIPT, before);
    await build();
    return ref;
  }

  it('removes nothing until it is told to, and then only what nobody needs', async () => {
    const old = await buildOld();
    expect(await prune()).toBeUndefined();
    expect(said.join('\n')).toMatch(/remove +1 B {2}parking:k-/);
    expect(said.join('\n')).toContain('Would remove 1 image: about 1 B. Nothing was removed; add --apply');
    const before = fake.refs();
    expect(before).toContain(old);

    const apply = await prune({ apply: true });
    // Nx calls it unless --dry-run was given.
    expect(fake.refs()).toEqual(before);
    await apply?.();
    expect(fake.refs()).toEqual(before.filter((ref) => ref !== old));
    expect(said.at(-1)).toContain('Removed 1 image: about 1 B.');
    expect(fake.refs()).toContain('parking:cpu');
  });

  it('keeps what the files of this checkout want, committed or not', async () => {
    workspace.write(SCRIPT, 'print("not committed")\n');
    const ref = await build();
    workspace.remove('dist');
    await expect(told()).resolves.toMatchObject({
      [ref]: { verdict: 'keep', reasons: ['this checkout needs it for parking'] },
    });
  });

  it.each([
    ['branch', () => git('branch', 'feature/x'), 'the branch feature/x needs it for parking'],
    ['tag', () => git('tag', 'v1'), 'the tag v1 needs it for parking'],
    [
      'annotated tag',
      () => git('tag', '--annotate', '--message=v2', 'v2'),
      'the tag v2 needs it for parking',
    ],
    [
      'branch of a remote',
      () => git('update-ref', 'refs/remotes/origin/theirs', 'HEAD'),
      'the remote branch origin/theirs needs it for parking',
    ],
  ])('keeps what a %s wants that is not checked out', async (_, keep, reason) => {
    workspace.write(SCRIPT, 'print("other")\n');
    commit('other');
    keep();
    const ref = await build();
    git('reset', '--quiet', '--hard', 'HEAD~');
    await build();
    await expect(told()).resolves.toMatchObject({ [ref]: { verdict: 'keep', reasons: [reason] } });
    expect((await told({ branches: ['main', 'rel*'] }))[ref]).toEqual({ verdict: 'remove', reasons: [] });
    expect(git('status', '--porcelain')).toBe('');
    expect(git('worktree', 'list').split('\n')).toHaveLength(1);
  });

  it('keeps what another checkout wants, and what its receipt names', async () => {
    const above = realpathSync(mkdtempSync(join(tmpdir(), 'tfod-')));
    const other = join(above, 'other');
    git('worktree', 'add', '--quiet', '--detach', other);
    writeFileSync(join(other, SCRIPT), 'print("there")\n');
    const ref = await build(other);
    const reasons = async (): Promise<readonly string[] | undefined> => (await told())[ref]?.reasons;
    expect(await reasons()).toEqual([`the receipt ${other}/dist/apps/parking/images.json names it`]);
    rmSync(join(other, 'dist'), { recursive: true });
    expect(await reasons()).toEqual([`the checkout ${other} needs it for parking`]);
    rmSync(above, { recursive: true });
    expect(await reasons()).toEqual([`a workspace that cannot be reached may use it: ${other}`]);
    mkdirSync(above);
    expect((await told())[ref]?.verdict).toBe('remove');
    rmSync(above, { recursive: true });
  });

  it('keeps what a configuration of the target builds', async () => {
    workspace.write(
      'apps/parking/Dockerfile',
      workspace.read('apps/parking/Dockerfile').replace('ARG MODEL=demo\n', 'ARG MODEL=demo\nARG LEVEL=0\n'),
    );
    const service = await readService(workspace.root, { name: 'parking', root: 'apps/parking' });
    const request = plainRequest(workspace.root, service, {}, { buildArgs: { LEVEL: '3' } });
    const ref = (await ensureImages(request, machine())).images.at(-1)?.ref ?? '';
    await build();
    expect((await told())[ref]?.verdict).toBe('remove');
    workspace.write(
      'apps/parking/project.json',
      '{ "name": "parking", "targets": { "docker-build": { "configurations": { "loud": { "buildArgs": { "LEVEL": "3" } } } } } }',
    );
    expect((await told())[ref]?.reasons).toEqual(['this checkout needs it for parking']);
  });

  it('keeps what a container is made from, what was used of late, and what somebody named', async () => {
    const old = await buildOld();
    const id = (await fake.engine.inspect([old]))[0]?.id ?? '';
    store.running.push({ name: 'web', image: id, state: 'exited' });
    expect((await told())[old]?.reasons).toEqual(['the container web (exited) is made from it']);
    store.running.pop();
    nowMs = Date.now() + 3.5 * DAY;
    expect((await told())[old]?.reasons).toEqual(['it was used 3 d ago']);
    expect((await told({ olderThan: '2d' }))[old]?.verdict).toBe('remove');
    nowMs = Date.now() + 30 * DAY;
    await fake.engine.tag(id, 'parking:1.4.0-cpu');
    expect((await told())[old]?.reasons).toEqual(['somebody named it parking:1.4.0-cpu']);
  });

  it('keeps what another workspace uses as long as that is there, and what nobody here is known to use', async () => {
    const other = new TinyWorkspace('salt');
    other.addService('parking');
    other.write(SCRIPT, 'print("elsewhere")\n');
    const ref = await build(other.root);
    expect((await told())[ref]?.reasons).toEqual([`another workspace uses it: ${realpathSync(other.root)}`]);
    other.dispose();
    expect((await told())[ref]?.verdict).toBe('remove');
    workspace.remove('cache/uses');
    expect((await told())[ref]?.reasons).toEqual(['nothing on this machine tells who wants it']);
    expect((await told({ includeUnknown: true }))[ref]?.verdict).toBe('remove');
  });

  it('keeps what a branch may need that cannot be planned, and says why', async () => {
    git('checkout', '--quiet', '-b', 'broken');
    workspace.write('apps/parking/docker/base.Dockerfile', 'FRM scratch\n');
    commit('broken');
    git('checkout', '--quiet', 'main');
    const old = await buildOld();
    expect((await told())[old]).toEqual({
      verdict: 'keep',
      reasons: [
        'the branch broken may need it for parking, which cannot be planned: The Dockerfile cannot be read',
      ],
    });
    expect((await told({ branches: ['main'] }))[old]?.verdict).toBe('remove');
  });

  it('keeps what a branch with another version of tfod may need', async () => {
    git('checkout', '--quiet', '-b', 'older');
    workspace.write('package.json', '{ "devDependencies": { "tfod": "0.0.9" } }');
    commit('older');
    git('checkout', '--quiet', 'main');
    const old = await buildOld();
    expect((await told())[old]?.reasons).toEqual([
      'the branch older may need it for all projects, which cannot be planned: it uses another version of tfod',
    ]);
  });

  it('removes nothing that got a name, a user or a build between the plan and the removal', async () => {
    const old = await buildOld();
    const apply = await prune({ apply: true });
    const { id = '', labels } = (await fake.engine.inspect([old]))[0] ?? {};
    const key = labels?.['dev.tfod.key'] as Key;
    const hold = await holdImages(await turnsPlace(machine()), [key], {});
    await apply?.();
    expect(said.at(-1)).toContain(`pid ${process.pid} builds on it`);
    await hold.end();
    await fake.engine.tag(id, 'mine:1');
    await apply?.();
    expect(said.at(-1)).toContain('it has got another name meanwhile');
    fake.untag('mine:1');
    store.stuck.add(old);
    await apply?.();
    expect(said.at(-1)).toContain(`conflict: unable to remove ${old}`);
    expect(fake.refs()).toContain(old);
  });

  it('works in a folder of a repository, and through a link', async () => {
    const outer = realpathSync(mkdtempSync(join(tmpdir(), 'tfod-')));
    try {
      mkdirSync(join(outer, 'repo'));
      rmSync(join(workspace.root, '.git'), { recursive: true });
      execFileSync('sh', ['-c', `cp -R ${workspace.root} ${outer}/repo/inner`]);
      symlinkSync(join(outer, 'repo/inner'), join(outer, 'link'));
      const inner = join(outer, 'repo/inner');
      const here = workspace.root;
      Object.assign(workspace, { root: join(outer, 'repo') });
      git('init', '--quiet', '--initial-branch=main');
      commit('all');
      Object.assign(workspace, { root: join(outer, 'link') });
      const old = await buildOld();
      expect((await told())[old]?.verdict).toBe('remove');
      const [kept] = Object.entries(await told()).filter(([, { verdict }]) => verdict === 'keep');
      expect(kept?.[1].reasons).toContain(`the receipt ${inner}/dist/apps/parking/images.json names it`);
      Object.assign(workspace, { root: here });
    } finally {
      rmSync(outer, { recursive: true, force: true });
    }
  });

  it('says that it asked no branch where there is no repository', async () => {
    const old = await buildOld();
    rmSync(join(workspace.root, '.git'), { recursive: true });
    said = [];
    await prune();
    expect(said.join('\n')).toContain('Note: this is no git repository');
    expect(said.join('\n')).toContain(old);
    expect(existsSync(join(workspace.root, '.git'))).toBe(false);
  });

  it.each(['soon', '30m', '0h', '7', '-1d'])('does not take %j for an age', async (olderThan) => {
    await expect(prune({ olderThan })).rejects.toThrow('AGE_MALFORMED');
  });
});
