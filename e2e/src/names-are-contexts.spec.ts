import { spawnSync } from 'node:child_process';
import { utimesSync } from 'node:fs';
import type { Receipt } from './detections';
import { describeWithEngine, makeWorkspace, mustSucceed, type Workspace } from './workspace';

const AREA = 'libs/geometry/src/geometry/area.py';
/** Of this run alone, so that no image of an earlier one is there already. */
const [FIRST, SECOND] = [`${Date.now()}1`, `${Date.now()}2`];

/** Two services and a library: `parking` copies files of `geometry`, `gate` copies out of the image of `parking`. */
function addProjects(workspace: Workspace): void {
  for (const name of ['parking', 'gate', 'plates']) {
    mustSucceed(workspace.nx('g', 'tfod:service', name, '--no-interactive'));
  }
  const before = 'COPY --link src/ /app/';
  workspace.edit('apps/parking/Dockerfile', before, `COPY --from=geometry src/ /app/\n${before}`);
  workspace.edit('apps/gate/Dockerfile', before, `COPY --from=parking /app/ /app/\n${before}`);
}

function addLibrary(workspace: Workspace): void {
  workspace.write('libs/geometry/project.json', '{ "name": "geometry" }\n');
  workspace.write('libs/geometry/src/geometry/__init__.py', '"""Shapes."""\n');
  workspace.write(AREA, `AREA = ${FIRST}\n`);
  workspace.write('libs/geometry/README.md', '# Geometry\n');
}

let clock = Date.now() / 1000;

/** Nx tells the versions of a file apart by the second in which it was written, so each gets its own. */
function rewrite(workspace: Workspace, path: string, text: string): void {
  workspace.write(path, text);
  clock += 2;
  utimesSync(workspace.path(path), clock, clock);
}

function git(workspace: Workspace, ...args: string[]): void {
  const identity = [
    '-c',
    'user.name=e2e',
    '-c',
    'user.email=e2e@example.invalid',
    '-c',
    'commit.gpgsign=false',
  ];
  const { status, stderr } = spawnSync('git', [...identity, ...args], {
    cwd: workspace.root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

function commit(workspace: Workspace): void {
  git(workspace, 'add', '--all');
  git(workspace, 'commit', '--quiet', '--allow-empty', '--message', 'work');
}

/** The services whose images Nx would build for what is not committed, with those that must be there before. */
function affected(workspace: Workspace): readonly string[] {
  mustSucceed(workspace.nx('affected', '-t', 'docker-build', '--base=HEAD', '--graph=dist/affected.json'));
  const { tasks } = workspace.json<{ tasks: { tasks: Record<string, unknown> } }>('dist/affected.json');
  return Object.keys(tasks.tasks)
    .map((task) => task.replace(/:docker-build$/, ''))
    .sort();
}

function edges(workspace: Workspace, source: string): readonly string[] {
  mustSucceed(workspace.nx('graph', '--file=dist/graph.json'));
  const { graph } = workspace.json<{ graph: { dependencies: Record<string, { target: string }[]> } }>(
    'dist/graph.json',
  );
  return (graph.dependencies[source] ?? []).map(({ target }) => target).sort();
}

describe.each(['23.2.1', '24'])('on Nx %s, a project that a Dockerfile names', (nx) => {
  let workspace: Workspace;
  beforeAll(() => {
    workspace = makeWorkspace(nx);
    addProjects(workspace);
  });

  it('is found although it came after the Dockerfile, and makes the services affected', () => {
    expect(edges(workspace, 'parking')).toEqual([]);
    addLibrary(workspace);
    expect(edges(workspace, 'parking')).toEqual(['geometry']);
    expect(edges(workspace, 'gate')).toEqual(['parking']);
    commit(workspace);
    expect(affected(workspace)).toEqual([]);
    rewrite(workspace, AREA, `AREA = ${SECOND}\n`);
    expect(affected(workspace)).toEqual(['gate', 'parking']);
    commit(workspace);
  });

  it('leaves the others alone', () => {
    workspace.write('apps/plates/src/plates/more.py', '"""More."""\n');
    expect(affected(workspace)).toEqual(['plates']);
    commit(workspace);
  });

  it('is lost under another name, and found again', () => {
    const dockerfile = 'apps/parking/Dockerfile';
    rewrite(workspace, 'libs/geometry/project.json', '{ "name": "shapes" }\n');
    expect(edges(workspace, 'parking')).toEqual([]);
    const text = workspace.read(dockerfile);
    rewrite(workspace, dockerfile, text.replace('--from=geometry', '--from=shapes'));
    expect(edges(workspace, 'parking')).toEqual(['shapes']);
  });

  it('breaks no command while somebody writes the Dockerfile', () => {
    const text = workspace.read('apps/parking/Dockerfile');
    rewrite(workspace, 'apps/parking/Dockerfile', 'FROM runtime\nCOPY --from=');
    expect(mustSucceed(workspace.nx('show', 'projects')).stdout).toContain('parking');
    expect(edges(workspace, 'parking')).toEqual([]);
    rewrite(workspace, 'apps/parking/Dockerfile', text);
    expect(edges(workspace, 'parking')).toEqual(['shapes']);
  });
});

describeWithEngine('an image that is made from other projects', () => {
  let workspace: Workspace;
  const print = 'import geometry.area as area; print(area.AREA)';
  const areaIn = (image: string): string =>
    mustSucceed(workspace.docker('run', '--rm', '--entrypoint', 'python', image, '-c', print)).stdout.trim();
  const service = (name: string) =>
    workspace.json<Receipt>(`dist/apps/${name}/images.json`).images.find(({ role }) => role === 'service');

  beforeAll(() => {
    workspace = makeWorkspace();
    addProjects(workspace);
    addLibrary(workspace);
  });

  it('holds their files', () => {
    mustSucceed(workspace.nx('run', 'gate:docker-build'));
    expect([areaIn('parking:cpu'), areaIn('gate:cpu')]).toEqual([FIRST, FIRST]);
  });

  it('is built again when they change, tells why, and holds the change', () => {
    workspace.write(AREA, `AREA = ${SECOND}\n`);
    const { output } = mustSucceed(workspace.nx('run', 'gate:docker-build', '--plan'));
    expect(output).toContain('geometry: src/geometry/area.py changed');
    expect(areaIn('parking:cpu')).toBe(FIRST);
    mustSucceed(workspace.nx('run-many', '-t', 'docker-build', '--projects=gate,parking'));
    expect(service('parking')).toMatchObject({
      verdict: 'build',
      reasons: ['geometry: src/geometry/area.py changed'],
    });
    expect(service('gate')?.verdict).toBe('build');
    expect(service('gate')?.reasons[0]).toMatch(/^parking: /);
    expect([areaIn('parking:cpu'), areaIn('gate:cpu')]).toEqual([SECOND, SECOND]);
  });

  it('is left alone by what it does not hold', () => {
    workspace.write('libs/geometry/README.md', '# Shapes\n');
    mustSucceed(workspace.nx('run-many', '-t', 'docker-build', '--projects=gate,parking'));
    expect([service('parking')?.verdict, service('gate')?.verdict]).toEqual(['present', 'present']);
  });
});
